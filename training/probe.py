"""Two hundred sentences of our own, half English, half Chinese, that ask what a network understands.

No network is trained on them, and none was chosen by them. Each has a label and the kind of difficulty in it.
"""

from typing import NamedTuple


class Probe(NamedTuple):
    """A sentence, its label (positive, negative or neutral), and what is difficult about it."""

    text: str
    label: str
    kind: str


_POSITIVE, _NEGATIVE, _NEUTRAL = "positive", "negative", "neutral"

_ENGLISH = {
    ("plain", _POSITIVE): (
        "This is the best dinner I have had in years.",
        "What a lovely film, I smiled all the way home.",
        "The staff were friendly and the room was spotless.",
        "I love this phone, it is fast and the camera is superb.",
        "A moving story, beautifully told.",
        "Works perfectly, I would buy it again.",
        "Our guide was wonderful and the children had a great time.",
    ),
    ("plain", _NEGATIVE): (
        "This is the worst hotel I have ever stayed in.",
        "The plot is dull and the acting is terrible.",
        "It broke after two days, a waste of money.",
        "Cold food, rude waiters, dirty tables.",
        "I was bored from the first minute to the last.",
        "The sound is awful and the screen flickers.",
        "Please save your money and stay away from this place.",
    ),
    ("negation", _POSITIVE): (
        "not bad at all",
        "There is nothing wrong with this little camera.",
        "I could not be happier with it.",
        "You will not regret buying this book.",
        "I have no complaints about the service.",
        "This series never gets boring.",
        "The new version does not disappoint.",
        "I can't praise this cook enough.",
    ),
    ("negation", _NEGATIVE): (
        "This is not good.",
        "I did not like the ending.",
        "The room was not clean and not quiet.",
        "It isn't worth the price.",
        "I would not recommend it to anyone.",
        "The jokes are never funny.",
        "Nothing about this trip was enjoyable.",
        "The battery doesn't last and the charger doesn't fit.",
    ),
    ("contrast", _POSITIVE): (
        "Although the beginning is slow, the film is a delight.",
        "The box arrived dented, but the lamp itself is gorgeous.",
        "Despite a few small flaws, I really enjoyed this novel.",
        "I expected to hate it, yet I loved every minute.",
        "The room is tiny, but everything else about the hotel is excellent.",
        "Even though it rained all week, we had a fantastic holiday.",
        "It looks cheap; still, it works brilliantly.",
        "The first song is weak, but the rest of the album is amazing.",
    ),
    ("contrast", _NEGATIVE): (
        "The trailer looked great, but the film is a mess.",
        "Good actors, beautiful pictures, and yet it is painfully boring.",
        "Although the staff were kind, our stay was horrible.",
        "The idea is clever, but the result is a complete failure.",
        "It was fine for a week, then it stopped working.",
        "I wanted to like this restaurant, but the food made me ill.",
        "Everyone praises this book, but I found it unreadable.",
        "Despite the nice design, the speaker sounds terrible.",
    ),
    ("understatement", _POSITIVE): (
        "I wouldn't mind eating here every day.",
        "One could do a lot worse for this price.",
        "It has hardly left my hands since I bought it.",
        "I may have watched it three times already.",
        "My wife asked for a second helping, which says it all.",
    ),
    ("understatement", _NEGATIVE): (
        "I expected more",
        "It is not exactly a masterpiece.",
        "The soup could have been warmer.",
        "I have seen better.",
        "Let us say the pictures on the website are old.",
        "One visit was enough for me.",
    ),
    ("irony", _NEGATIVE): (
        "Great, another update that breaks everything.",
        "If you enjoy waiting for two hours, this is the place for you.",
        "What a wonderful way to ruin an evening.",
        "The best part of the film was the end credits.",
        "Brilliant idea to put the bedroom next to the disco.",
        "A masterpiece, if your goal is to fall asleep.",
        "Thanks a lot for the cold pizza.",
        "It is perfect for people who hate music.",
    ),
    ("emoji", _POSITIVE): (
        "The new album 😍",
        "Dinner with the team 🎉😊",
        "My new shoes are here ❤️",
        "Just finished the last season 👍",
        "This little cafe 🥰",
    ),
    ("emoji", _NEGATIVE): (
        "The train is late again 😡",
        "My order from last week 👎",
        "That ending 😭💔",
        "The soup was cold 🤮",
        "Three hours on hold 😤",
    ),
    ("neutral", _NEUTRAL): (
        "The train leaves at nine.",
        "There are three chairs in the kitchen.",
        "The box contains a cable and a manual.",
        "She lives in a town by the river.",
        "The meeting was moved to Thursday.",
        "Water boils at one hundred degrees.",
        "The library is opposite the post office.",
        "He carried the suitcase to the second floor.",
        "The book has four hundred pages.",
        "We took the bus to the airport.",
        "The shop opens at ten and closes at six.",
        "Paris is the capital of France.",
        "The film was shot in the spring of 1998.",
        "My brother works in an office.",
        "The table is made of oak.",
        "Turn left after the second bridge.",
        "The form must be sent by the end of May.",
    ),
    ("plain", _NEUTRAL): (
        "It was okay.",
        "Some parts are good and some parts are bad.",
        "Neither good nor bad.",
        "It is an average product at an average price.",
        "I have no strong opinion about it.",
        "It is what it is.",
        "So so.",
        "It was all right, I suppose.",
    ),
}

_CHINESE = {
    ("plain", _POSITIVE): (
        "这是我今年看过最感人的电影。",
        "房间干净,服务员热情,下次还来。",
        "手机运行很快,拍照效果也很清晰,非常满意。",
        "味道好极了,一家人都爱吃。",
        "这本书写得真精彩,推荐大家看看。",
        "物流很快,包装完好,质量很棒。",
        "演员的表演太出色了。",
    ),
    ("plain", _NEGATIVE): (
        "这是我住过最糟糕的酒店。",
        "剧情无聊,演技也很差。",
        "用了两天就坏了,真是浪费钱。",
        "菜是凉的,服务员态度恶劣。",
        "屏幕有划痕,客服也不理人,太失望了。",
        "味道难闻,根本没法用。",
        "千万别买,质量太差了。",
    ),
    ("negation", _POSITIVE): (
        "一点也不差",
        "这家店从来没有让我失望过。",
        "一点都不后悔买了它。",
        "没有什么可挑剔的。",
        "这个价格真的不贵。",
        "用了半年,没出过任何问题。",
        "里面一点异味都没有。",
        "真没想到这么好用。",
    ),
    ("negation", _NEGATIVE): (
        "不是很好看",
        "这个牌子的耳机不好用。",
        "我不推荐这家餐厅。",
        "房间不干净,也不安静。",
        "这本书没什么意思。",
        "没有宣传的那么好。",
        "我再也不会来了。",
        "这衣服不值这个价。",
    ),
    ("contrast", _POSITIVE): (
        "虽然这部电影有些缺点,但总的来说还是很棒的",
        "虽然房间有点小,但是住得很舒服。",
        "快递慢了一点,不过东西真的很好。",
        "开头有些沉闷,后面却越来越精彩。",
        "尽管价格偏高,味道还是让人非常满意。",
        "外表普通,声音却好得惊人。",
        "本来没抱什么希望,结果惊喜连连。",
        "除了包装有点破,其他都很完美。",
    ),
    ("contrast", _NEGATIVE): (
        "虽然画面很美,但是故事实在太无聊了。",
        "外观漂亮,可惜用了一周就坏了。",
        "服务员很热情,但是菜真的难吃。",
        "预告片很精彩,正片却一塌糊涂。",
        "价格是便宜,可是质量太差。",
        "刚开始还不错,后来天天死机。",
        "大家都说好看,我却看得想睡觉。",
        "尽管位置方便,房间又脏又吵。",
    ),
    ("understatement", _POSITIVE): (
        "不知不觉就看完了整本书。",
        "已经是第三次来这家店了。",
        "孩子吃完又要了一碗。",
        "买了一个以后又给妈妈买了一个。",
        "这个价钱还能要求什么呢。",
    ),
    ("understatement", _NEGATIVE): (
        "我本来期待更多。",
        "只能说一分钱一分货吧。",
        "这水平也就骗骗新手。",
        "来过一次就够了。",
        "和图片上的差别有点大。",
        "看到一半我就去洗碗了。",
    ),
    ("irony", _NEGATIVE): (
        "真是太好了,刚买就降价。",
        "客服真厉害,三天才回一句话。",
        "这电影治好了我的失眠。",
        "感谢这家酒店让我听了一夜的施工声。",
        "质量真好,一碰就碎。",
        "果然是名牌,一洗就掉色。",
        "要是喜欢排队,一定要来这里。",
        "演技好得让我分不清他在哭还是在笑。",
    ),
    ("emoji", _POSITIVE): (
        "新买的包😍",
        "今天的晚饭👍👍",
        "终于等到这本书了🎉",
        "这只小熊🥰",
        "周末的音乐会❤️",
    ),
    ("emoji", _NEGATIVE): (
        "快递又晚了😡",
        "这个客服👎",
        "昨天刚买的杯子💔",
        "这碗面🤮",
        "等了三个小时😤",
    ),
    ("neutral", _NEUTRAL): (
        "火车九点出发。",
        "厨房里有三把椅子。",
        "盒子里有一根线和一本说明书。",
        "她住在河边的一个小镇。",
        "会议改到了星期四。",
        "水在一百度沸腾。",
        "图书馆在邮局对面。",
        "他把箱子搬到了二楼。",
        "这本书有四百页。",
        "我们坐公交车去机场。",
        "商店十点开门,六点关门。",
        "北京是中国的首都。",
        "这部电影是1998年春天拍的。",
        "我弟弟在一家公司上班。",
        "桌子是木头做的。",
        "过了第二座桥往左转。",
        "表格要在五月底以前寄出。",
    ),
    ("plain", _NEUTRAL): (
        "还行吧。",
        "有好的地方,也有不好的地方。",
        "不好也不坏。",
        "东西一般,价格也一般。",
        "我没有什么特别的看法。",
        "就那样吧。",
        "马马虎虎。",
        "谈不上喜欢,也谈不上讨厌。",
    ),
}


def _flat(groups: dict[tuple[str, str], tuple[str, ...]]) -> tuple[Probe, ...]:
    return tuple(Probe(text, label, kind) for (kind, label), texts in groups.items() for text in texts)


ENGLISH = _flat(_ENGLISH)
CHINESE = _flat(_CHINESE)
PROBES = ENGLISH + CHINESE
