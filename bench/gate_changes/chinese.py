"""Chinese sentences changed: what says something else, and what says the same."""

import random
import re

from bench.gate_changes.making import Change, both, han, made, swap, whole, words
from navigators.checks.quantities import han_value

_NUMERAL = r"(?<![零一二三四五六七八九十百千万亿第几数两.\d])[二三四五六七八九十百]+"
_UNITS = "(?=个?(?:工作日|自然日|[年月日天倍次元名人份项周岁级])|万|小时)"


def _numeral(match: re.Match[str], rng: random.Random) -> str | None:
    value = han_value(match.group())
    return None if value is None else han(value % 9000 + rng.choice([1, 2, 3, 7, 20]))


def _figure(match: re.Match[str], rng: random.Random) -> str:
    value = match.group()
    other = str(round(float(value) + rng.randint(1, 9), 2)) if "." in value else str(int(value) + rng.randint(1, 9))
    return rng.choice([other, other[0] + other])


def _article(match: re.Match[str], rng: random.Random) -> str | None:
    value = han_value(match[1])
    return None if value is None else f"第{han(value + rng.randint(1, 5))}{match[2]}"


def _range_end(match: re.Match[str], rng: random.Random) -> str | None:
    low, high = han_value(match[1]), han_value(match[4])
    if low is None or high is None or low >= high:
        return None
    wider = str(high + 5) if match[4].isdigit() else han(high + 5)
    return rng.choice(
        [
            f"{match[1]}{match[2]}{match[3]}{wider}",
            f"{match[4]}{match[2]}{match[3]}{match[1]}",
        ]
    )


def _month(match: re.Match[str], rng: random.Random) -> str:
    return f"{match[1]}{int(match[2]) % 12 + 1}月"


def _day(match: re.Match[str], rng: random.Random) -> str:
    return f"{match[1]}{int(match[2]) % 28 + 1}日"


def _year(match: re.Match[str], rng: random.Random) -> str:
    return str(int(match.group()) + rng.choice([-10, -1, 1, 2, 10]))


_BODIES = (
    "国务院|中国人民银行|银行业监督管理机构|反洗钱行政主管部门|公安机关|人民法院|人民检察院|国家网信部门|道路运输管理机构|"
    "交通运输主管部门|商业银行|海关|金融机构|人民政府|财政部门|税务机关|工商行政管理部门|卫生行政部门|仲裁委员会|董事会|股东大会|"
    "保险公司|用人单位|公证机构|监察机关|登记机关|居民委员会|村民委员会"
)
_PLACES = (
    "北京|上海|天津|重庆|广东|浙江|江苏|四川|湖北|湖南|河南|河北|山东|山西|陕西|辽宁|吉林|云南|贵州|福建|江西|安徽|广西|海南|甘肃|新疆|西藏|"
    "香港|澳门|台湾|臺灣|台北|臺北|高雄|南京|广州|深圳|杭州|武汉|成都|美国|美國|英国|英國|法国|法國|德国|德國|日本|韩国|韓國|俄罗斯|俄羅斯|"
    "印度|澳大利亚|加拿大|巴西|意大利|西班牙|荷兰|荷蘭|波兰|波蘭|欧洲|歐洲|非洲|伦敦|倫敦|巴黎|纽约|紐約|东京|東京|柏林|华沙|洛杉矶"
)


def _other_of(names: str, unlike: str = "") -> Change:
    kinds = names.split("|")

    def other(match: re.Match[str], rng: random.Random) -> str:
        return rng.choice(
            [n for n in kinds if n not in match.string and len(n) == len(match.group())] or ["自然资源部"]
        )

    return made(f"(?:{names}){unlike}", other)


def _person(match: re.Match[str], rng: random.Random) -> str:
    return match[1] + rng.choice([n for n in ("李某丙", "赵某", "钱大伟", "孙丽华") if n not in match.string])


def _foreign(match: re.Match[str], rng: random.Random) -> str:
    return rng.choice(["约翰·史密斯", "玛丽·格林", "弗里茨·哈伯"])


def _exchanged(pattern: str) -> Change:
    """Two matches of a sentence change places, with a verb's worth of words between."""

    def change(sentence: str, rng: random.Random) -> str | None:
        found = list(re.finditer(pattern, sentence))
        pairs = [
            (a, b)
            for i, a in enumerate(found)
            for b in found[i + 1 :]
            if a.group() != b.group() and len(sentence[a.end() : b.start()].strip("、和与及或以，")) >= 2
        ]
        if not pairs:
            return None
        a, b = rng.choice(pairs)
        return sentence[: a.start()] + b.group() + sentence[a.end() : b.start()] + a.group() + sentence[b.end() :]

    return change


_NEGATION_IN = {
    "是": "不是",
    "属于": "不属于",
    "包括": "不包括",
    "适用": "不适用",
    "承担": "不承担",
    "具有": "不具有",
    "有效": "无效",
    "能够": "不能",
    "已": "未",
    "已经": "没有",
    "构成": "不构成",
    "影响": "不影响",
    "同意": "不同意",
    "支持": "不支持",
    "符合": "不符合",
    "予以": "不予",
    "经": "未经",
    "按照": "未按照",
    "取得": "未取得",
    "提供": "拒绝提供",
    "存在": "不存在",
    "可能": "不可能",
    "应当": "不应当",
    "会": "不会",
    "发生": "未发生",
    "成为": "并未成为",
    "参加": "没有参加",
    "需要": "不需要",
    "认为": "不认为",
    "有": "没有",
    "要求": "没有要求",
    "知道": "不知道",
    "履行": "拒不履行",
}
_NEGATION_OUT = {
    "不是": "是",
    "不属于": "属于",
    "不包括": "包括",
    "不适用": "适用",
    "不承担": "承担",
    "不具有": "具有",
    "无效": "有效",
    "不能": "能",
    "未经": "经",
    "没有": "有",
    "并非": "是",
    "不予": "予以",
    "不影响": "影响",
    "不符合": "符合",
    "未按照": "按照",
    "未": ("已", ""),
    "不存在": "存在",
    "不得": "可以",
    "无权": "有权",
    "不需要": "需要",
    "不会": "会",
    "不构成": "构成",
    "除外": "在内",
    "拒绝": "同意",
    "并未": "已",
    "从未": "曾",
    "无需": "需要",
    "不再": "再",
    "不同意": "同意",
    "免除": "承担",
    "无法": "能够",
    "不服": "服从",
    "禁止": "允许",
    "没": "",
    "尚未": "已经",
}
_NOT_OUT = r"(?![仅但管同断良久动论必可来成常过]|形|法(?:律|规)|营利|公开|金融)(?<!不得不)(?<!是否)"

_DIRECTION = both(
    {
        "以上": "以下",
        "超过": "不超过",
        "增加": "减少",
        "高于": "低于",
        "早于": "晚于",
        "之前": "之后",
        "以前": "以后",
        "至少": "至多",
        "不少于": "不多于",
        "上升": "下降",
        "大于": "小于",
        "提高": "降低",
        "提前": "推迟",
        "最高": "最低",
        "多于": "少于",
        "不低于": "不高于",
        "以内": "以外",
        "上涨": "下跌",
        "扩大": "缩小",
        "增长": "下降",
        "从重": "从轻",
        "不足": "超过",
        "届满前": "届满后",
        "收入": "支出",
        "内": "后",
        "最早": "最晚",
        "加重": "减轻",
    }
)
_DIRECTION |= {"超过": "不足", "不超过": "超过", "不得超过": "可以超过", "下降": "上升", "日内": "日后"}
_DIRECTION_WORDS = (
    r"以上|以下|不得超过|不超过|超过|增加|减少|高于|低于|早于|晚于|之前|之后|以前|以后|至少|至多|不少于|上升|下降|大于|小于|提高|降低|提前|推迟|"
    r"最高(?!人民)|最低|不低于|不高于|多于|少于|以内|上涨|下跌|扩大|缩小|增长|从重|从轻|届满前|届满后|最早|日内|加重|减轻"
)

_ORDINALS = both({"第一": "第三", "第二": "第四", "首次": "第二次", "首先": "最后", "最后": "最先", "第三人": "第四人"})

_SCALES = {
    "万": ("亿", "千", ""),
    "亿": ("万", ""),
    "百万": ("十万", "千万"),
    "十万": ("百万", ""),
    "千万": ("百万",),
    "億": ("萬", ""),
    "萬": ("億", ""),
}

ATTACKS: dict[str, Change] = {
    "number, digits": made(r"(?<![\d.,\-第A-Za-z（(])\d{1,6}(?:\.\d+)?(?![\d.,\-]|[年月]|日)", _figure),
    "number, Han numerals": made(_NUMERAL + _UNITS, _numeral),
    "unit": swap(
        r"(?<=[0-9零一二三四五六七八九十百千万亿两])(?:个工作日|个月|个自然日|工作日|日|天|年|个星期|周|小时|分钟|美元|元|公里|米|吨|公斤|克|倍|米|公尺|公分)"
        r"(?![\u4e00-\u9fff]?月|前的|代|[报常后]|生效|[一二三四五六七八九十\d])(?<!\d\d\d\d年)(?<!月\d日)(?<!月\d\d日)(?<!月[一二三四五六七八九十]日)"
        r"(?<!月[一二三十]{2}日)(?<!月[一二三四五六七八九十]{3}日)",
        {
            "个工作日": ("日", "个月"),
            "工作日": "日",
            "个自然日": "个月",
            "日": ("个月", "个工作日"),
            "天": ("个月", "周"),
            "个月": ("日", "年"),
            "年": ("个月", "日"),
            "个星期": "个月",
            "周": "个月",
            "小时": ("日", "分钟"),
            "分钟": "小时",
            "元": ("美元", "万元"),
            "美元": "元",
            "公里": "米",
            "米": ("公里", "厘米"),
            "吨": "公斤",
            "公斤": "吨",
            "克": "公斤",
            "倍": "％",
            "公尺": "公里",
            "公分": "公里",
        },
    ),
    "scale": swap(
        r"(?<=[0-9一二三四五六七八九十])(?:百万|千万|十万|万|亿|萬|億)(?=[元美人名吨平多个個，。户])", _SCALES
    ),
    "per cent, points, plain": swap(
        r"(?<=\d)(?:%|％|个百分点)|百分之(?=[一二三四五六七八九十\d])|(?<=[\d一二三四五六七八九十])倍(?![的数]?于)",
        {
            "%": ("个百分点", "倍", "‰"),
            "％": ("个百分点", "倍"),
            "个百分点": "%",
            "百分之": ("千分之", "万分之", ""),
            "倍": "%",
        },
    ),
    "date, day": made(r"((?:19|20)\d\d年\d{1,2}月)(\d{1,2})日", _day),
    "date, month": made(r"((?:19|20)\d\d年)(\d{1,2})月", _month),
    "date, year": made(r"(?<!\d)(?:19|20)\d\d(?=年)", _year),
    "negation in": made(
        rf"(?<![不未没無无非是否可应就只还也而都即若总但凡若持享拥占所具私公国"
        rf"共没固])(?:{'|'.join(sorted(_NEGATION_IN, key=len, reverse=True))})"
        r"(?![否的关限权效人济营过验计议员]|不)",
        lambda m, rng: _NEGATION_IN[m.group()],
    ),
    "negation out": words(_NEGATION_OUT, _NOT_OUT),
    "must and may": swap(
        r"(?<![不是])(?:应当|必须|可以|有权|不得|无需|应(?=[当依按向由在])|禁止)(?!当|不|[超低高少多]|已|知)",
        {
            "应当": ("可以", "有权"),
            "必须": ("可以", "无需"),
            "可以": ("应当", "必须", "不得"),
            "有权": ("应当", "无权"),
            "不得": ("可以", "应当"),
            "无需": "必须",
            "应": "可",
            "禁止": "允许",
        },
    ),
    "direction": made(_DIRECTION_WORDS, lambda m, rng: _DIRECTION.get(m.group())),
    "ordinal": words(_ORDINALS),
    "article number": made(r"第([二三四五六七八九十百]+)(条|款|项|章|节)", _article),
    "range end": made(
        r"(?<![\d.一二三四五六七八九十百])([一二三四五六七八九十百]+|\d+)([年月日%元万倍]{0,2})((?:以上)?(?:至|到|—|－|-|~))([一二三四五六七八九十百]+|\d+)(?![.\d])",
        _range_end,
    ),
    "name, organisation": _other_of(_BODIES),
    "name, place": _other_of(_PLACES, "(?!话|語|语|文|学派|人民(?:法院|检察院|政府))"),
    "name, person": made(
        r"(原告|被告人?|被害人|证人|法官|律师|申请人|上诉人)([赵钱孙李周吴郑王冯陈张刘杨黄徐何高林][某\u4e00-\u9fff×]某?[甲乙丙]?)(?=[，,、的与和诉称系于在向])",
        _person,
    ),
    "name, foreign person": made(r"[\u4e00-\u9fff]{2,5}·[\u4e00-\u9fff]{2,4}", _foreign),
    "names exchanged": _exchanged(
        rf"{_BODIES}|{_PLACES}|原告|被告(?!人)|甲方|乙方|买受人|出卖人|债权人|债务人|保险人|投保人|承租人|出租人"
    ),
    "numbers exchanged": _exchanged(
        r"(?<![\d.,第一二三四五六七八九十])(?:[二三四五六七八九十]{1,3}(?=[年日天万倍])|\d+(?:\.\d+)?(?=[年日天万元人名%]))"
    ),
    "hidden character": made(
        r"不得|应当|可以|没有|[0-9]{2,}|以上", lambda m, rng: m.group()[:1] + "\u200b" + m.group()[1:]
    ),
    "look-alike letter": swap(
        r"日|二|三|一|人|元", {"日": "曰", "二": "ニ", "三": "ミ", "一": "ー", "人": "λ", "元": "亓"}
    ),
}


def _in_wan(match: re.Match[str], rng: random.Random) -> str:
    value = han_value(match[1])
    return f"{(value or 0) * 10_000}元"


def _digits(match: re.Match[str], rng: random.Random) -> str | None:
    value = han_value(match.group())
    return None if value is None else str(value)


def _in_han(match: re.Match[str], rng: random.Random) -> str | None:
    return han(int(match.group())) if 2 <= int(match.group()) < 1000 else None


def _iso(match: re.Match[str], rng: random.Random) -> str:
    return f"{match[1]}-{int(match[2]):02}-{int(match[3]):02}"


def _han_date(match: re.Match[str], rng: random.Random) -> str:
    year = match[1].translate(str.maketrans("0123456789", "〇一二三四五六七八九"))
    return f"{year}年{han(int(match[2]))}月{han(int(match[3]))}日"


def _first_left_out(sentence: str) -> str | None:
    parts = re.split(r"(?<=[，；])", sentence)
    return "".join(parts[1:]) if len(parts) > 2 else None


def _last_left_out(sentence: str) -> str | None:
    parts = re.split(r"(?=[，；])", sentence)
    return f"{''.join(parts[:-1])}。" if len(parts) > 2 else None


def _moved(sentence: str) -> str | None:
    """在……期间，甲……。 -> 甲在……期间……: the first clause behind the subject."""
    match = re.fullmatch(
        r"((?:在|自|从|当)[^，。；]{3,25})，([\u4e00-\u9fff]{2,8}(?:应当|可以|必须|不得))([^；。]{5,})。", sentence
    )
    return None if match is None else f"{match[2][:-2]}{match[1]}，{match[2][-2:]}{match[3]}。"


_TRADITIONAL = dict(
    zip(
        "国应当经济权义务时间为条规定个关机构办后会发东来对开产业长进过还这无实现员证书请处罚资总将万亿与从决议计划种类属动",
        "國應當經濟權義務時間為條規定個關機構辦後會發東來對開產業長進過還這無實現員證書請處罰資總將萬億與從決議計劃種類屬動",
        strict=True,
    )
)


REWRITES: dict[str, Change] = {
    "untouched": lambda sentence, rng: sentence,
    "spaces": whole(lambda s: re.sub(r"(?<=[，,；;])\s?", "  ", s)),
    "width": whole(lambda s: s.translate({ord(c): ord(c) + 0xFEE0 for c in "0123456789%()"})),
    "half-width marks": whole(lambda s: s.translate(str.maketrans("，；：（）", ",;:()"))),
    "必须 for 应当": swap(r"应当|必须", {"应当": ("必须", "应"), "必须": "应当"}),
    "有权 for 可以": swap(
        r"(?<=[人位关构门])可以(?!不)|(?<=[人位关构门])有权", {"可以": ("有权", "可"), "有权": "可以"}
    ),
    "禁止 for 不得": swap(r"(?<!可以)不得(?![超低高少多已])", {"不得": ("不可以", "不能", "不允许")}),
    "figures for numerals": made(_NUMERAL + _UNITS, _digits),
    "numerals for figures": made(
        r"(?<![\d.,\-第A-Za-z年月])\d{1,3}(?=个?(?:工作日|天|名|人|次|月内|个月|倍|小时))", _in_han
    ),
    "百分之": swap(
        r"百分之(?:二十|三十|五十|八十|十|五)(?![一二三四五六七八九十几])",
        {
            "百分之十": "10%",
            "百分之二十": "20％",
            "百分之三十": "30%",
            "百分之五十": "50%",
            "百分之五": "5%",
            "百分之八十": "80%",
        },
    ),
    "% as 百分之": made(r"(?<![\d.])(\d{1,2})[%％]", lambda m, rng: f"百分之{han(int(m[1]))}" if m[1] != "0" else None),
    "万元 as 元": made(r"(?<![\d.一二三四五六七八九十百千])(\d{1,4}|[一二三四五六七八九十百]+)万元", _in_wan),
    "2024-03-01": made(r"((?:19|20)\d\d)年(\d{1,2})月(\d{1,2})日(?!\d)", _iso),
    "Han date": made(r"((?:19|20)\d\d)年(\d{1,2})月(\d{1,2})日", _han_date),
    "first clause left out": whole(_first_left_out),
    "last clause left out": whole(_last_left_out),
    "clause moved": whole(_moved),
    "不少于 for 以上": swap(
        r"至少|不少于|不低于|不得少于|不得超过|不超过|以内(?=[，。的])|(?<=[个元]月)以上|之前(?=[，。])|届满前|日内|超过",
        {
            "至少": ("不少于", "最少"),
            "不少于": "至少",
            "不低于": "不少于",
            "不得少于": "至少",
            "不得超过": ("不超过", "最多"),
            "不超过": ("至多", "不得超过"),
            "以内": "之内",
            "之前": "以前",
            "届满前": "届满之前",
            "日内": ("日之内", "日以内"),
            "超过": "高于",
        },
    ),
    "synonyms": swap(
        r"增加|减少|规定|并且|但是|因为|由于|提供|按照|根据|但(?=[是不])|如果|以及|立即|不予|无权|没有",
        {
            "增加": "提高",
            "减少": "降低",
            "规定": "要求",
            "并且": "而且",
            "但是": "然而",
            "因为": "由于",
            "由于": "因为",
            "提供": "给予",
            "按照": "依照",
            "根据": "依据",
            "如果": "若",
            "以及": "和",
            "立即": "马上",
            "不予": "不",
            "无权": "没有权利",
            "没有": "并无",
            "但": "可",
        },
    ),
    "label in front": whole(lambda s: f"根据第四条，{s}"),
    "connective in front": lambda s, rng: f"{rng.choice(['此外，', '具体而言，', '文件规定，', '因此，'])}{s}",
    "noun for pronoun": swap(
        r"^(?:其|该公司|他|她|它|本公司)(?![他它余中次实])",
        dict.fromkeys(("其", "该公司", "他", "她", "它", "本公司"), "恒远集团"),
    ),
    "traditional": whole(lambda s: s.translate({ord(k): v for k, v in _TRADITIONAL.items()})),
    "simplified": whole(lambda s: s.translate({ord(v): k for k, v in _TRADITIONAL.items()})),
}
"""The cited passage is labelled 第四条 and the question names 恒远集团."""
