"""Names in a claim, as printed: words in capitals, 《titles》, quoted words; Chinese bodies, places and persons.

Chinese names carry no capitals. Found are those that end in a word for a body
(委员会, 机关, 部), places of a short gazetteer (provinces, states, large cities),
persons written 张某某 or 约翰·史密斯, and persons named behind what they are in a
case (原告张三). Other Chinese names are not told from other words.
"""

import re
from collections.abc import Iterator

from stores.tokens import STOP_WORDS

_LETTER = r"[^\W_\u2e80-\u9fff]"  # or digit; no Han
_EN_NAME = re.compile(rf"(?<![^\W\u2e80-\u9fff])(?<!['’.,$€£-])[a-z\d-]*[A-Z](?:{_LETTER}|[&'’._-])*")
_NOT_NAMES = STOP_WORDS | frozenset(
    re.findall(
        r"\S+",
        "i a an the this that these those it its he she they we you no not if when where while what which who whose "
        "how yes in on at by of for from to and or but as is are was were be been must may shall should can will would "
        "has have had do does did all any each every some such both either neither under after before during within "
        "according however therefore only also both one two three four five six seven eight nine ten january february "
        "march april june july august september october november december monday tuesday wednesday thursday friday "
        "saturday sunday additionally generally specifically furthermore moreover otherwise instead together overall "
        "finally first second third then thus hence similarly consequently meanwhile accordingly once until unless "
        "although because since there here nobody everybody nothing everything anyone everyone "
        "over up more most less least fewer at upon given "
        "jan feb mar apr jun jul aug sep sept oct nov dec "
        "article articles section sections part chapter paragraph clause table note item mr mrs ms dr",
    )
)
_AMOUNT = re.compile(r"\b(?:USD|US|CNY|RMB|EUR|GBP|HKD|HK)(?=\s?[$\d])|(?<=\d)\s?(?:USD|CNY|RMB|EUR|GBP|HKD)\b")
_TITLE = re.compile(r"《([^《》]{1,60})》")
_QUOTED = re.compile(r"[“\"「『]([^“”\"「」『』]{2,60})[”\"」』]")

_NO_NAME_CHARS = (
    "当需必的地得在向和与及或由并再须应可有权于对从被把将给为是以所其该"
    "各本这那之了等也就都而且但不未无非没能会要经至到按据依因个名位家部"
)
_BODY = re.compile(
    r"国务院|最高(?:人民)?(?:法院|检察院)|(?P<before>[\u4e00-\u9fff]{1,2})"
    r"(?P<kind>委员会|管理局|监督局|交易所|银行|公司|法院|检察院|协会|集团|大学|中心|政府|部门|机关|机构|董事会|监事会|股东大会|"
    r"总局|[总分支央]行|[办管]理?处|联合会|基金会|研究院|研究所|事务所|医院|学院|学校|海关|单位|企业|"
    r"[部局院](?![分门长内外下上属位署限面别理落长子系首]))"
)
_NOT_BODIES = re.compile(
    r"全部|内部|外部|部分|局部|干部|结局|布局|当局|各部门|该部门|本行|本公司|该公司|该行|总部|头部|腹部|胸部|[东西南北中背腰面颈下上]部|"
    r"有关|相关|上述|所在|任何|其他|其它|下列|以下|某些|一些|多个|两个|各级|上级|下级|本级|同级|前款|当地|"
    r"公司法|银行法|科学|科技|法院[内外]|住院|出院|入院|剧院|分公司|子公司|母公司"
)
_PLACES = (
    "北京|天津|上海|重庆|重慶|河北|山西|辽宁|遼寧|吉林|黑龙江|黑龍江|江苏|江蘇|浙江|安徽|福建|江西|山东|山東|河南|湖北|湖南|广东|廣東|广西|廣西|海南|"
    "四川|贵州|貴州|云南|雲南|西藏|陕西|陝西|甘肃|甘肅|青海|宁夏|寧夏|新疆|内蒙古|香港|澳门|澳門|台湾|臺灣|台灣|台北|臺北|高雄|台中|臺中|台南|臺南|"
    "广州|廣州|深圳|杭州|南京|武汉|武漢|成都|西安|沈阳|瀋陽|大连|青岛|济南|郑州|长沙|昆明|福州|厦门|廈門|哈尔滨|长春|南昌|合肥|太原|石家庄|苏州|宁波|无锡|"
    "中国|中國|美国|美國|英国|英國|法国|法國|德国|德國|俄国|俄國|俄罗斯|俄羅斯|苏联|蘇聯|日本|韩国|韓國|朝鲜|朝鮮|印度|泰国|泰國|越南|缅甸|緬甸|马来西亚|新加坡|"
    "印尼|菲律宾|菲律賓|巴基斯坦|阿富汗|伊朗|伊拉克|以色列|叙利亚|土耳其|沙特|埃及|南非|尼日利亚|肯尼亚|埃塞俄比亚|加拿大|墨西哥|巴西|阿根廷|智利|秘鲁|"
    "哥伦比亚|古巴|澳大利亚|澳洲|新西兰|意大利|義大利|西班牙|葡萄牙|荷兰|荷蘭|比利时|比利時|瑞士|瑞典|挪威|丹麦|丹麥|芬兰|芬蘭|波兰|波蘭|奥地利|奧地利|匈牙利|"
    "捷克|希腊|希臘|爱尔兰|愛爾蘭|冰岛|乌克兰|烏克蘭|罗马尼亚|保加利亚|塞尔维亚|克罗地亚|蒙古|欧洲|歐洲|亚洲|亞洲|非洲|北美|南美|拉丁美洲|大洋洲|欧盟|歐盟|"
    "伦敦|倫敦|巴黎|柏林|罗马|羅馬|马德里|莫斯科|华沙|華沙|维也纳|維也納|布鲁塞尔|阿姆斯特丹|日内瓦|东京|東京|大阪|京都|首尔|首爾|新德里|孟买|曼谷|河内|"
    "纽约|紐約|华盛顿|華盛頓|洛杉矶|洛杉磯|芝加哥|波士顿|旧金山|舊金山|费城|休斯顿|迈阿密|多伦多|悉尼|墨尔本|开罗"
)
_PLACE = re.compile(rf"(?<![\d零一二三四五六七八九十])(?:{_PLACES})")
_SURNAMES = (
    "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦许吕张孔曹严华金魏陶姜戚谢邹喻柏窦章苏潘葛范彭郎鲁韦马苗凤方俞任袁柳鲍史唐费廉薛雷贺倪汤罗毕郝邬安乐傅皮卞齐康伍余"
    "顾孟黄穆萧尹姚邵汪祁毛狄米贝臧戴宋庞熊纪舒屈项祝董梁杜阮闵贾江童颜郭梅林徐邱骆蔡田樊胡凌霍万柯莫房裘缪解宗丁邓洪包左石崔吉龚程邢裴陆荣翁荀惠曲封芮储靳"
    "焦段侯宁仇甘武符刘景詹叶黎薄白蒲邰赖卓乔翟谭劳申冉桑桂牛边燕温庄阎艾廖耿欧聂晁辛那简饶曾沙关查红游覃刁钟盛涂丘"
)
_MASKED = re.compile(rf"[{_SURNAMES}何高于时常成]\d?[某×xX][某甲乙丙丁戊×xX]?")
_FOREIGN = re.compile(r"[\u4e00-\u9fff]{1,2}[·•‧・][\u4e00-\u9fff]{1,2}")
_ROLE = re.compile(
    rf"(?:原告|被告人|被告|被害人|证人|法官|审判长|审判员|律师|申请人|上诉人|被上诉人|辩护人|第三人|先生|总统|总理|主席|教授|博士|校长|国王|皇帝)"
    rf"(?P<name>[{_SURNAMES}][\u4e00-\u9fff])(?![事法同])"
)


def names(claim: str) -> Iterator[str]:
    """Names and quoted words of a claim, as printed."""
    yield from (m.group(1) for m in _TITLE.finditer(claim))
    yield from (m.group(1) for m in _QUOTED.finditer(claim))
    for match in _EN_NAME.finditer(_AMOUNT.sub(" ", claim)):
        word = re.sub(r"['’]s$", "", match.group().rstrip(".-'’"))
        if len(word) >= 2 and word.lower() not in _NOT_NAMES:
            yield word
    yield from han_names(claim)


def han_names(text: str) -> Iterator[str]:
    """Chinese names of bodies, places and persons; of a long name the end that tells it from others."""
    yield from _bodies(text)
    for pattern in (_PLACE, _MASKED, _FOREIGN):
        yield from (m.group() for m in pattern.finditer(text))
    yield from (m["name"] for m in _ROLE.finditer(text))


def _bodies(text: str) -> Iterator[str]:
    for match in _BODY.finditer(text):
        if _NOT_BODIES.search(text[max(0, match.start() - 1) : match.end() + 1]):
            continue
        kind, before = match["kind"] or match.group(), match["before"] or ""
        own = before.lstrip(_NO_NAME_CHARS)
        if own and own[-1] not in _NO_NAME_CHARS and (len(kind) > 1 or len(own) > 1):
            yield own + kind
        elif len(kind) > 2 or match["kind"] is None:
            yield kind
