"""Sentences made by us for training: negation, contrast, understatement, emoji, and plain statements of fact.

Reviews are long and seldom neutral. These short sentences are put together from lists of words, and none of them is
one of the sentences that the networks are probed with.
"""

import random

from training.data.reviews import key
from training.probe import PROBES

NEGATIVE, NEUTRAL, POSITIVE = 0, 1, 2


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


def _phrases(text: str) -> tuple[str, ...]:
    return tuple(text.split("|"))


ENGLISH_THINGS = _words(
    "film movie story book novel song album concert hotel room bed breakfast dinner meal pizza coffee service waiter "
    "staff phone screen battery camera laptop keyboard printer lamp chair jacket dress bag game app website tour "
    "flight trip beach course teacher actor cast script ending music sound picture price location view"
)
ENGLISH_PRAISE = _words(
    "good great excellent wonderful lovely amazing fantastic superb brilliant nice pleasant delicious funny charming "
    "beautiful clever exciting interesting helpful friendly comfortable reliable impressive perfect fun enjoyable"
)
ENGLISH_BLAME = _words(
    "bad terrible awful horrible poor boring dull ugly dirty rude slow weak disappointing annoying broken cheap silly "
    "stupid noisy uncomfortable useless unpleasant tasteless confusing ridiculous dreadful"
)
ENGLISH_FACTS = (
    "The {thing} is on the {floor} floor.",
    "I saw the {thing} on {day}.",
    "The {thing} was made in {place}.",
    "We talked about the {thing} for {number} minutes.",
    "There are {number} pages in the {thing}.",
    "He put the {thing} on the table.",
    "My {person} has a {colour} {thing}.",
    "My {person} works in {place}.",
    "The {thing} is {colour}.",
    "They will send the {thing} on {day}.",
    "It is {number} kilometres from here to {place}.",
    "The {thing} starts at {number} on {day}.",
    "She took the {thing} to {place}.",
    "Where is the {thing}?",
    "The {thing} comes with a {colour} box.",
    "On {day} we go to {place}.",
    "The office in {place} is closed on {day}.",
    "This {thing} weighs {number} kilograms.",
    "The {thing} is neither good nor bad, just average.",
    "The {thing} is ok, nothing special.",
    "The {thing} was average.",
    "Some liked the {thing} and some did not.",
)
ENGLISH_SLOTS = {
    "floor": _words("first second third fourth top"),
    "day": _words("Monday Tuesday Wednesday Friday Saturday Sunday"),
    "place": _words("London Berlin China Japan Rome Canada Boston Egypt"),
    "number": _words("two three five six eight ten twelve twenty 30 45 200"),
    "person": _words("sister father mother neighbour friend cousin uncle"),
    "colour": _words("red blue green black white grey yellow brown"),
}

# Who did what, where or when: nothing to judge.
ENGLISH_SUBJECTS = _phrases(
    "My sister|The teacher|A man|The woman next door|He|She|We|They|The driver|Our neighbour|The doctor|My uncle|"
    "Two students|The company|I|Somebody|The children|The clerk"
)
ENGLISH_VERBS = _words(
    "bought opened carried read wrote saw sent found moved packed painted counted closed took brought kept ordered "
    "measured borrowed parked copied described used watched"
)
ENGLISH_OBJECTS = _phrases(
    "a letter|the key|two boxes|the report|a ticket|the car|a newspaper|the door|some bread|a map|three bags|"
    "the bicycle|a photograph|the table|an envelope|the list|a cup of tea|the window|the second part|an old film|a song"
)
ENGLISH_PLACES = _phrases(
    "in the garden|at the station|at the office|in the morning|last week|yesterday evening|near the bridge|"
    "before lunch|on the way home|at school|in {place}|on {day}|after the meeting|"
    "for the museum|in 1995|at {number} o'clock|at home"
)

# {p} praise, {n} blame; {thing} and {other} are two things.
ENGLISH_POSITIVE = (
    "The {thing} is {p}.",
    "What a {p} {thing}!",
    "I think the {thing} is really {p}.",
    "The {thing} is not {n}.",
    "The {thing} is not {n} at all, it is {p}.",
    "This {thing} wasn't {n} at all.",
    "It is far from {n}.",
    "The {thing} was never {n}.",
    "There was nothing {n} about the {thing}.",
    "The {thing} isn't {n}, in fact it is quite {p}.",
    "Although the {thing} is {n}, the {other} is {p}.",
    "The {thing} is {n}, but the {other} is {p}.",
    "Despite the {n} {thing}, I had a {p} time.",
    "It may look {n}, yet the {thing} is {p}.",
    "I thought it would be {n}, but the {thing} turned out {p}.",
    "Even though the {thing} was {n}, it was {p} overall.",
    "The {thing} has its {n} sides, but on the whole it is {p}.",
    "I can't complain about the {thing}.",
    "I never regretted choosing this {thing}.",
    "The {thing} was better than I had hoped.",
    "I would gladly come back for the {thing}.",
    "The {thing} could not be more {p}.",
)
ENGLISH_NEGATIVE = (
    "The {thing} is {n}.",
    "What a {n} {thing}!",
    "I think the {thing} is really {n}.",
    "The {thing} is not {p}.",
    "The {thing} is not {p} at all, it is {n}.",
    "This {thing} wasn't very {p}.",
    "It is far from {p}.",
    "The {thing} is anything but {p}.",
    "The {thing} was never {p}.",
    "There was nothing {p} about the {thing}.",
    "I did not find the {thing} {p}.",
    "I don't think the {thing} is {p}.",
    "Although the {thing} is {p}, the {other} is {n}.",
    "The {thing} is {p}, but the {other} is {n}.",
    "Despite the {p} {thing}, I had a {n} time.",
    "It may look {p}, yet the {thing} is {n}.",
    "I thought it would be {p}, but the {thing} turned out {n}.",
    "Even though the {thing} was {p}, it was {n} overall.",
    "The {thing} could have been better.",
    "I had hoped for more from the {thing}.",
    "I expected a better {thing} than this.",
    "The {thing} was worse than I had hoped.",
    "Nobody needs a {thing} like that.",
    "If you like {n} things, you will love this {thing}.",
    "Oh {p}, the {thing} is {n} again.",
    "How {p}, a {thing} that is {n}.",
)

CHINESE_THINGS = _words(
    "电影 故事 小说 歌曲 专辑 演唱会 宾馆 客房 床 早餐 晚餐 饭菜 咖啡 服务 前台 手机壳 屏幕 电池 相机 笔记本 键盘 "
    "打印机 台灯 椅子 外套 裙子 背包 游戏 软件 网站 行程 航班 海滩 课程 老师 主角 剧本 结局 音乐 音质 图片 位置 "
    "风景 洗发水 水果 苹果 热水器 平板"
)
CHINESE_PRAISE = _words(
    "好 棒 赞 精彩 漂亮 好看 好吃 好听 好用 舒服 干净 方便 满意 有趣 实用 完美 出色 贴心 清晰 流畅 感人 值得 优秀 新鲜"
)
CHINESE_BLAME = _words(
    "差 糟糕 无聊 难看 难吃 难听 难用 脏 吵 慢 旧 贵 失望 垃圾 粗糙 恶心 麻烦 沉闷 模糊 混乱 劣质 可笑 坑人 讨厌"
)
CHINESE_FACTS = (
    "{thing}在{floor}楼。",
    "我{day}看到了这个{thing}。",
    "这个{thing}是{place}生产的。",
    "我们谈了{number}分钟{thing}。",
    "他把{thing}放在桌子上。",
    "我{person}有一个{colour}的{thing}。",
    "我{person}在{place}工作。",
    "这个{thing}是{colour}的。",
    "他们{day}寄出{thing}。",
    "从这里到{place}有{number}公里。",
    "{day}{number}点开始。",
    "{thing}在哪里?",
    "她把{thing}带到了{place}。",
    "{day}我们去{place}。",
    "{place}的办公室{day}休息。",
    "这个{thing}重{number}公斤。",
    "{thing}说不上好,也说不上坏。",
    "{thing}一般般,没什么特别。",
    "{thing}就是普通水平。",
    "有人喜欢这个{thing},有人不喜欢。",
)
CHINESE_SLOTS = {
    "floor": _words("一 三 四 五 六 十 二十"),
    "day": _words("周一 周二 星期三 星期五 周六 昨天 明天 上个月"),
    "place": _words("上海 广州 日本 成都 杭州 德国 武汉 西安"),
    "number": _words("两 三 五 六 八 十 十二 二十 30 45 200"),
    "person": _words("姐姐 爸爸 妈妈 邻居 朋友 同学 叔叔"),
    "colour": _words("红色 蓝色 绿色 黑色 白色 灰色 黄色"),
}
CHINESE_SUBJECTS = _words(
    "姐姐 老师 一个男人 隔壁的阿姨 他 她 我们 他们 司机 邻居 医生 叔叔 两个学生 公司 我 有人 孩子们 店员"
)
CHINESE_VERBS = _words(
    "买了 打开了 搬走了 读了 写了 看见了 寄出了 找到了 带来了 数了数 关上了 拿了 订了 量了量 借了 用了 介绍了"
)
CHINESE_OBJECTS = _words(
    "一封信 钥匙 两个箱子 报告 一张票 汽车 报纸 门 面包 一张地图 三个袋子 自行车 一张照片 桌子 信封 名单 "
    "一杯茶 窗户 一部老电影 一首歌"
)
CHINESE_PLACES = _words(
    "在院子里 在车站 在办公室 早上 上周 昨天晚上 在桥边 午饭前 回家的路上 在学校 在{place} {day} "
    "开会以后 1995年 {number}点 在家"
)

CHINESE_POSITIVE = (
    "{thing}很{p}。",
    "{thing}真{p}!",
    "我觉得{thing}挺{p}的。",
    "{thing}不{n}。",
    "{thing}一点也不{n}。",
    "这个{thing}一点儿都不{n},很{p}。",
    "{thing}并不{n}。",
    "{thing}完全不{n}。",
    "没觉得{thing}{n}。",
    "虽然{thing}有点{n},但是{other}很{p}。",
    "虽然有些{n},但{thing}总体还是很{p}的。",
    "尽管{thing}{n},{other}还是非常{p}。",
    "{thing}是{n}了点,不过{other}真{p}。",
    "本来以为会很{n},没想到{thing}这么{p}。",
    "{thing}有{n}的地方,但整体来说很{p}。",
    "{thing}看起来{n},其实很{p}。",
    "这个{thing}没得说。",
    "选这个{thing}我不后悔。",
    "{thing}比我想的要好。",
    "为了{thing}还会再来。",
    "{thing}再{p}不过了。",
)
CHINESE_NEGATIVE = (
    "{thing}很{n}。",
    "{thing}真{n}!",
    "我觉得{thing}挺{n}的。",
    "{thing}不{p}。",
    "{thing}一点也不{p}。",
    "这个{thing}不是很{p}。",
    "{thing}不太{p}。",
    "{thing}并不{p}。",
    "{thing}不怎么{p}。",
    "{thing}算不上{p}。",
    "没觉得{thing}{p}。",
    "{thing}没有说的那么{p}。",
    "虽然{thing}很{p},但是{other}太{n}了。",
    "虽然{thing}{p},总体来说还是很{n}。",
    "尽管{thing}{p},{other}还是非常{n}。",
    "{thing}是{p},不过{other}真{n}。",
    "本来以为会很{p},没想到{thing}这么{n}。",
    "{thing}看起来{p},其实很{n}。",
    "对{thing}本来抱有更大的希望。",
    "{thing}还可以再好一些。",
    "{thing}比我想的要差。",
    "以后不会再买这种{thing}了。",
    "如果你喜欢{n}的东西,这个{thing}很适合你。",
    "{thing}真{p}啊,又{n}了。",
)

PRAISING_EMOJI = _words("😀 😄 😊 😍 🥰 😘 👍 👏 🎉 ❤ 💖 😋 🤩 💯 🌹 ✨ 🙌 😁 🥳 ♥")
BLAMING_EMOJI = _words("😡 😠 👎 💔 😞 😤 🤮 🤢 😢 😭 😒 🙄 😩 😫 💩 🤬 😖 😑 😣 ☹")


def make_phrases(count: int, seed: int) -> list[tuple[str, int]]:
    """Return ``count`` made sentences with their class (0 negative, 1 neutral, 2 positive), about half of them Chinese.

    A third each. One in six opinions carries an emoji, and one in ten is a statement of fact to which only the emoji
    gives an opinion. The sentences of the probe are never among them.
    """
    chance = random.Random(seed)
    probed = {key(probe.text) for probe in PROBES}
    made = {}
    while len(made) < count:
        label = chance.choice((NEGATIVE, NEUTRAL, POSITIVE))
        sentence = _sentence(label, chance)
        if key(sentence) not in probed:
            made[sentence] = label
    return list(made.items())


def _sentence(label: int, chance: random.Random) -> str:
    opinion, fact = chance.choice(((_english, _english_fact), (_chinese, _chinese_fact)))
    if label == NEUTRAL:
        return fact(chance)
    emoji = chance.choice(PRAISING_EMOJI if label == POSITIVE else BLAMING_EMOJI)
    if chance.random() < 0.1:
        return fact(chance).rstrip(".。?") + emoji
    return opinion(label, chance) + (emoji if chance.random() < 1 / 6 else "")


def _english(label: int, chance: random.Random) -> str:
    template = chance.choice(ENGLISH_POSITIVE if label == POSITIVE else ENGLISH_NEGATIVE)
    thing, other = chance.sample(ENGLISH_THINGS, 2)
    return template.format(thing=thing, other=other, p=chance.choice(ENGLISH_PRAISE), n=chance.choice(ENGLISH_BLAME))


def _english_fact(chance: random.Random) -> str:
    slots = {name: chance.choice(words) for name, words in ENGLISH_SLOTS.items()}
    if chance.random() < 0.5:
        return chance.choice(ENGLISH_FACTS).format(thing=chance.choice(ENGLISH_THINGS), **slots)
    parts = (ENGLISH_SUBJECTS, ENGLISH_VERBS, ENGLISH_OBJECTS, ENGLISH_PLACES)
    return (" ".join(map(chance.choice, parts)) + ".").format(**slots)


def _chinese(label: int, chance: random.Random) -> str:
    template = chance.choice(CHINESE_POSITIVE if label == POSITIVE else CHINESE_NEGATIVE)
    thing, other = chance.sample(CHINESE_THINGS, 2)
    return template.format(thing=thing, other=other, p=chance.choice(CHINESE_PRAISE), n=chance.choice(CHINESE_BLAME))


def _chinese_fact(chance: random.Random) -> str:
    slots = {name: chance.choice(words) for name, words in CHINESE_SLOTS.items()}
    if chance.random() < 0.5:
        return chance.choice(CHINESE_FACTS).format(thing=chance.choice(CHINESE_THINGS), **slots)
    parts = (CHINESE_SUBJECTS, CHINESE_PLACES, CHINESE_VERBS, CHINESE_OBJECTS)
    return ("".join(map(chance.choice, parts)) + "。").format(**slots)
