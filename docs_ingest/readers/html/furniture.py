"""What frames a page and is not its content, told by names and by fixed phrases.

Names (class, id) say so only together with what the element holds: see
`survey`. Phrases are whole blocks that nobody cites: 当前位置：首页 > 法规,
“Back to top”, 打印 | 关闭, the line of the copyright.
"""

import re
from enum import Enum, auto

from lxml import etree

from docs_ingest.readers.html.style import classes_of


class Named(Enum):
    """What the name of an element claims."""

    FRAME = auto()  # breadcrumbs, cookie banner, share bar: never content
    LINKS = auto()  # navigation: if it holds links
    SIDE = auto()  # the same outside the content only: its name is a place (left, top)
    FOOT = auto()  # if it stands behind the content
    TALK = auto()  # comments: if it holds a form to write one


_FRAME = re.compile(
    r"(?:^|[-_\s])(?:bread-?crumbs?|crumbs?|bread_crumbs|skip-?(?:links?|nav|to-content|to-main)|"
    r"back-?to-?top|totop|gotop|to-top|go-top|scroll-?top|"
    r"(?:cookie|consent|gdpr|privacy)s?[-_]?(?:banner|bar|notice|consent|message|popup|overlay|alert|prompt)|onetrust\S*|"
    r"(?:share|social)[-_]?(?:bar|buttons?|box|icons?|links?|tools?|media|this)|sharing|social-share|share-social|"
    r"bdshare\S*|bdsharebuttonbox|jiathis\S*|addthis\S*|sharethis\S*|a2a_kit|"
    r"print-?(?:bar|button|page|link|tools?)|page-?tools?|font-?size-?(?:bar|tools?|switch)?|pagination|pager|"
    r"related-?(?:posts|links|articles|news)|newsletter|subscribe(?:-form|-box)?)(?:$|[-_\s])",
    re.IGNORECASE,
)
_LINKS = re.compile(
    r"(?:^|[-_\s])(?:nav|navi|navbar|navigation|menu|menus|submenu|mega-?menu|side-?bar|side-?nav|side-?menu|"
    r"(?:left|right|top|main|sub|foot|footer|site|global|page|local)[-_]?(?:nav|menu|bar)|topbar|daohang|nav_?bar)"
    r"(?:$|[-_\s])",
    re.IGNORECASE,
)
_SIDE = re.compile(
    r"(?:^|[-_\s])(?:site-?header|page-?header|masthead|header|head|top|left|right|side|tabs|lanmu)(?:$|[-_\s])",
    re.IGNORECASE,
)
_FOOT = re.compile(
    r"(?:^|[-_\s])(?:footer|foot|site-?footer|page-?footer|footbar|copyright|copy-?right|bottom|banquan|dibu)(?:$|[-_\s])",
    re.IGNORECASE,
)
_TALK = re.compile(
    r"(?:^|[-_\s])(?:comments?|comment-?(?:list|area|form)|commentlist|respond|disqus\S*|pinglun)(?:$|[-_\s])",
    re.IGNORECASE,
)
_CLAIMS = (
    (Named.FRAME, _FRAME),
    (Named.TALK, _TALK),
    (Named.FOOT, _FOOT),
    (Named.LINKS, _LINKS),
    (Named.SIDE, _SIDE),
)
_ABOUT_OTHERS = re.compile(r"(?:^|-)(?:has|no|with|without|is|not|hide|show)-")
_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_LONGEST_NAME = 200  # characters of class and id that are looked at


def named(element: etree._Element) -> Named | None:
    """What the class and the id of an element claim it to be."""
    words = [element.get("id", ""), *classes_of(element)]
    names = " ".join(word for word in words if word and not _ABOUT_OTHERS.search(word.lower()))[:_LONGEST_NAME]
    if not names:
        return None
    names = _HUMP.sub("-", names)
    return next((claim for claim, pattern in _CLAIMS if pattern.search(names)), None)


_LONGEST_PHRASE = 200  # characters: what is longer says something
_WHERE = re.compile(
    r"(?:(?:您|你)(?:现在|当前|目前)?(?:所在)?的?位置(?:是|为)?|(?:现在|当前|目前)(?:所在)?的?位置|当前(?:栏目|页面))\s*[:：]"
    r"|you are (?:here|in)\s*:|(?:home|首页|网站首页)\s*[>»›→]\s*\S",
    re.IGNORECASE,
)
_NEIGHBOUR = re.compile(r"[【\[]?(?:上一篇|下一篇|上一条|下一条|前一篇|后一篇)[】\]]?\s*[:：]")
_RIGHTS = re.compile(
    r"(?:copyright\s*)?©|copyright\s*(?:\(c\)\s*)?\d{4}|版权所有\s*(?:$|[:：©\d])|[^。.]{0,80}[A-Z\u4e00-\u9fff]ICP[备证]"
    r"\s*\d|[^。]{0,80}(?:公网安备|网站标识码)|[^.]{0,80}all rights reserved\.?\s*$",
    re.IGNORECASE,
)
_SEPARATORS = re.compile(r"[\s|｜/·•>»«<【】\[\]（）()：:，,、^↑▲△⇧]+")
_SURE_WORDS = """
    打印 打印本页 打印此页 打印页面 打印文章 关闭窗口 关闭本页 关闭页面 返回顶部 回到顶部 返回上一页 返回列表
    分享到 收藏本页 加入收藏 设为首页 字体 字号 字体大小 文字大小 上一页 下一页 页面功能 我要纠错 复制链接
    扫一扫在手机打开当前页 视力保护色 tweet facebook twitter linkedin whatsapp
"""
_OTHER_WORDS = """
    关闭 返回首页 顶部 top 分享 收藏 大 中 小 特大 默认 微信 微博 新浪微博 腾讯微博 qq空间 qq 首页 尾页 末页
    无障碍 繁体 简体 纠错 朗读 收听 扫一扫 print email share x save pdf close
"""
_SURE = frozenset(_SURE_WORDS.split())  # words of tool bars
_TOOLS = _SURE.union(_OTHER_WORDS.split())  # and those that are words of texts as well
_SAID = re.compile(
    r"(?:back|return|go|scroll|jump) to (?:the )?top(?: of (?:the )?page)?|top of (?:the )?page|"
    r"skip (?:to )?(?:main |the )?(?:content|navigation|main)|"
    r"(?:print|e-?mail|share|bookmark|download) this (?:page|article|document)|"
    r"printer[- ]friendly(?: version| page)?|print (?:page|version)|share on [\w ]{2,20}|close (?:this )?window|"
    r"accept (?:all )?cookies|manage cookies|cookie settings|open in (?:a )?new (?:tab|window)",
    re.IGNORECASE,
)


def is_phrase(words: str) -> bool:
    """Whether a whole block is one of the phrases that frame a page in either language."""
    if len(words) > _LONGEST_PHRASE:
        return False
    if _WHERE.match(words) or _NEIGHBOUR.match(words) or _RIGHTS.match(words):
        return True
    parts = [part for part in _SEPARATORS.split(words) if part]
    if _SAID.fullmatch(" ".join(parts)):
        return True
    tools = {part.lower() for part in parts}
    return tools <= _TOOLS and not tools.isdisjoint(_SURE)
