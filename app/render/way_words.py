"""The words and signs of a drawn way, in the language of its question: what terminal, page and picture share."""

from app.views.way import State, WayPlace
from navigators.messages import language_of_question
from stores.records import Fallback, Road, Run

SIGNS = {State.CITED: "★", State.KEPT: "●", State.OPENED: "▸", State.PASSED_BY: "○", State.ON_THE_WAY: "┄"}
"""A sign for each state, so that colour is never the only mark."""

SAID = {
    "en": {
        "run": "Run",
        "question": "Question",
        "outcome": "Outcome",
        "answer": "Answer",
        "citations": "Citations",
        "not_found": "Not found",
        "way": "Way through the documents",
        "picture": "The same as a picture",
        "cited_only": "only the way to what is cited: there are {n} places in all",
        "rounds": "Rounds",
        "before": "before the first round",
        "round": "round {n}",
        "rejected": "Did not pass the checks",
        "coverage": "Where was looked",
        "coverage_head": "document|passages|read|judged by signpost|not looked at|SHA-256 of the tree|of what was read",
        "read_hashes": "What was opened",
        "versions_head": "version|derivation|parser|SHA-256 of the file|SHA-256 of the text",
        "cost": "Cost",
        "cost_head": "rounds|judge calls|passages|tokens read|model calls|seconds",
        "written": "written by {generator}; judged by {judge}",
        "missing": "answered without {what}",
        "cached": "the answer of run {run}, served again",
        "gone": "deleted since: addresses only",
        "more": "… {n} more passed by",
        "best": "best {score:.3f}",
        "proposed": "{n} passages named by the keyword index",
        "nothing": "no document was opened",
        "page": "page {page}",
        "printed": "printed {label}",
        "candidates": "{n} candidates",
        "unjudged": "not judged",
        "unpicked": "no match",
    },
    "zh": {
        "run": "运行",
        "question": "问题",
        "outcome": "结果",
        "answer": "答案",
        "citations": "引证",
        "not_found": "没有找到",
        "way": "在文档中走过的路",
        "picture": "同样内容的图",
        "cited_only": "只画通向引用之处的路：共有 {n} 处",
        "rounds": "各轮经过",
        "before": "第一轮之前",
        "round": "第 {n} 轮",
        "rejected": "未通过核对的句子",
        "coverage": "查找过的地方",
        "coverage_head": "文档|段落|全文阅读|凭路标判断|未查看|树的 SHA-256|所读内容的 SHA-256",
        "read_hashes": "打开的版本",
        "versions_head": "版本|解析次序|解析器|文件的 SHA-256|文本的 SHA-256",
        "cost": "开销",
        "cost_head": "轮数|判断次数|段落|阅读的词元|模型调用|秒",
        "written": "作者 {generator}；判断者 {judge}",
        "missing": "未使用 {what} 作答",
        "cached": "再次给出运行 {run} 的答案",
        "gone": "此后已删除：只有地址",
        "more": "… 另外略过 {n} 处",
        "best": "最高 {score:.3f}",
        "proposed": "关键词索引提出 {n} 段",
        "nothing": "没有打开任何文档",
        "page": "第 {page} 页",
        "printed": "印刷页码 {label}",
        "candidates": "{n} 个候选",
        "unjudged": "未经判断",
        "unpicked": "无匹配",
    },
}

STATES = {
    "en": {s: s.value for s in State},
    "zh": {
        State.CITED: "引用",
        State.KEPT: "阅读",
        State.OPENED: "打开",
        State.PASSED_BY: "略过",
        State.ON_THE_WAY: "途经",
    },
}

FALLBACKS = {
    "en": {
        Fallback.ASKED: "hybrid, as asked",
        Fallback.NO_STRUCTURE: "hybrid too: the documents have no headings to go by",
        Fallback.OPEN_FACETS: "hybrid too: not all of it was found by narrowing",
        Fallback.BUDGET: "hybrid too: the budget of narrowing was used up",
        Fallback.DEADLINE: "hybrid too: the time for narrowing was used up",
    },
    "zh": {
        Fallback.ASKED: "按要求混合检索",
        Fallback.NO_STRUCTURE: "兼用混合检索：文件没有可循的标题",
        Fallback.OPEN_FACETS: "兼用混合检索：逐层查找没有找到全部内容",
        Fallback.BUDGET: "兼用混合检索：逐层查找的预算已用完",
        Fallback.DEADLINE: "兼用混合检索：逐层查找的时间已用完",
    },
}
"""Why the hybrid road was taken."""

ROADS = {
    "en": {
        Road.NAVIGATE: "narrowing",
        Road.KEYWORDS: "keywords",
        Road.BOTH: "both",
        Road.HYBRID: "hybrid",
        Road.FOLLOWED: "followed",
    },
    "zh": {
        Road.NAVIGATE: "逐层",
        Road.KEYWORDS: "关键词",
        Road.BOTH: "两路",
        Road.HYBRID: "混合检索",
        Road.FOLLOWED: "引至",
    },
}


def name_of(place: WayPlace) -> str:
    """Label and title, the label once."""
    label = f"[{place.label}] " if place.label and not place.title.startswith(place.label) else ""
    return f"{label}{place.title}".strip()


def why_of(place: WayPlace, language: str, *, brief: bool = False) -> str:
    """Citations, score with the judge's reason, round, and the road of what was read.

    In brief without the round where it is that of the place above: what was opened there was judged then.
    """
    said = SAID[language]
    if place.state is State.ON_THE_WAY:
        return ""
    shown = place.round is not None and (place.state is State.OPENED or not brief)
    judged = f"{place.score:.3f} {place.reason}".rstrip() if place.score is not None else _unscored(place, said)
    parts = [
        "".join(f"[{n}]" for n in place.citations),
        judged,
        said["round"].format(n=place.round) if shown else "",
        ROADS[language][place.road] if place.road and place.state in (State.CITED, State.KEPT) else "",
    ]
    return " · ".join(p for p in parts if p)


def _unscored(place: WayPlace, said: dict[str, str]) -> str:
    """Why a place has no score: the root has no rivals, what nothing of the question met was not picked."""
    if place.state is State.OPENED or place.citations:
        return ""
    return said["unjudged"] if place.round is None else said["unpicked"]


def more_of(place: WayPlace, language: str) -> str:
    """What is below a place and not drawn: how many, and how good the best of them was."""
    said = SAID[language]
    best = [said["best"].format(score=place.more_best)] if place.more_best is not None else []
    return ("，" if language == "zh" else ", ").join([said["more"].format(n=place.more), *best])


def fallback_words(run: Run) -> str:
    """Why a run took the hybrid road; "" where it did not."""
    return FALLBACKS[language_of_question(run.question)][run.fell_back] if run.fell_back is not None else ""
