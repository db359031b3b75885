"""Lists of words and templates for the Chinese sentences of our own (``training.phrases``).

A slot such as {thing} is filled with one of its list, by chance; what is filled in may hold slots itself.
"""


def _list(text: str) -> tuple[str, ...]:
    return tuple(text.split())


# kind of thing -> its own things, praise and blame; the common words of praise and blame come on top.
DOMAINS = {
    "films": {
        "thing": _list(
            "电影 影片 片子 剧情 故事 演技 男主角 女主角 剧本 结局 音乐 对白 续集 纪录片 电视剧 特效 节奏 导演 画面 "
            "台词 开头 配音 动画片 喜剧 悬疑片 翻拍 镜头 动作戏"
        ),
        "p": _list("感人 好看 精彩 搞笑 震撼 动人 催泪 有深度 紧凑 有意思 过瘾 细腻 温馨 惊艳 好笑 真实 燃"),
        "n": _list("无聊 难看 沉闷 拖沓 狗血 老套 尴尬 俗气 空洞 做作 莫名其妙 没意思 假 冗长 平淡 幼稚 脑残 混乱"),
    },
    "food": {
        "thing": _list(
            "菜 汤 米饭 面条 火锅 咖啡 奶茶 早餐 晚餐 蛋糕 面包 烤鱼 牛排 饺子 小龙虾 水果 苹果 甜点 餐厅 饭店 "
            "服务员 外卖 零食 牛肉 海鲜 味道 分量 点心 果汁 巧克力"
        ),
        "p": _list("好吃 新鲜 美味 可口 地道 香 入味 鲜嫩 实惠 好喝 酥脆 清爽 量足 正宗 甜"),
        "n": _list("难吃 油腻 太咸 不新鲜 难喝 凉了 没味道 太硬 夹生 馊了 太淡 烂 太酸 腥 发霉 贵得离谱 少得可怜"),
    },
    "goods": {
        "thing": _list(
            "手机 屏幕 电池 相机 电脑 笔记本 键盘 打印机 台灯 椅子 外套 裙子 背包 充电器 耳机 手表 鞋子 热水器 平板 "
            "洗发水 包装 物流 快递 客服 卖家 质量 做工 颜色 面料 音质 系统 软件 游戏 说明书 杯子 玩具 床垫 电视 "
            "洗衣机 被子 衣服"
        ),
        "p": _list("好用 结实 耐用 流畅 清晰 实用 轻便 精致 合身 柔软 给力 方便 划算 舒服 快 时尚 正品 高档 安静"),
        "n": _list(
            "难用 粗糙 卡 模糊 劣质 起球 掉色 太薄 容易坏 发烫 刺鼻 慢 坏了 破了 开裂 假货 不值 缩水 死机 漏水 有异味"
        ),
    },
    "stays": {
        "thing": _list(
            "酒店 宾馆 房间 床 卫生间 前台 早餐 泳池 海滩 风景 位置 行程 导游 航班 高铁 博物馆 民宿 大堂 服务 停车场 "
            "司机 公园 演唱会 展览 设施 空调 隔音 环境 景点 旅行社"
        ),
        "p": _list("干净 宽敞 热情 舒适 安静 方便 周到 温馨 整洁 漂亮 贴心 友好 准时 卫生 亲切"),
        "n": _list("脏 吵 旧 破 小得可怜 潮湿 冷漠 拥挤 混乱 简陋 有霉味 不隔音 态度恶劣 晚点 阴暗 坑人 破旧 偏僻"),
    },
    "books and lessons": {
        "thing": _list(
            "书 小说 章节 诗 专辑 歌曲 乐队 歌手 课程 老师 讲座 网站 播客 文章 杂志 翻译 文笔 封面 作者 教材 旋律 "
            "歌词 内容 印刷"
        ),
        "p": _list("有启发 清楚 生动 好听 易懂 有趣 深刻 优美 实用 引人入胜 通俗 动听 耐读 详细"),
        "n": _list("枯燥 啰嗦 难懂 难听 肤浅 重复 错字连篇 空洞 跑调 晦涩 没有新意 敷衍 单调 拼凑 看不下去"),
    },
}
PRAISE = _list("好 棒 赞 不错 满意 完美 出色 优秀 值得 喜欢 厉害 精美 超值 理想 可爱 特别好 很棒 令人满意 无可挑剔")
BLAME = _list("差 糟糕 糟 失望 垃圾 恶心 麻烦 讨厌 烂 差劲 可笑 坑 气人 令人失望 后悔 无语 丑 不好 不行 恶劣")

SLOTS = {
    "this": (*_list("这个 这家的 这款 这次的 这里的 这部 他们的 我买的"), "", "", ""),
    "adv": _list("很 非常 真 特别 太 超级 挺 相当 十分 真的很 确实 实在"),
    "many": _list("两 三 四 五 六 十"),
    "worked": _list(
        "让我很惊喜 超出预期 物超所值 值得推荐 没得说 让人回味 深得我心 值这个价 打五星 百看不厌 让人心情变好 "
        "全家都喜欢 必须好评 是我的最爱 超乎想象 帮了大忙 下次还来 真心推荐 物美价廉 "
        "让生活方便多了 用了{many}年还好好的 入口即化 闻着就香 尺寸刚刚好 送得很快 拯救了我的假期 让我笑出声 "
        "看哭了我 让人久久难忘 像回家一样 一下就解决了我的问题 处处用心 续航很久 越用越喜欢 是这次旅行的亮点 "
        "让人爱不释手 孩子天天都要 老人都夸 实至名归 让人停不下来 性价比很高 经得起推敲 解馋 治愈了我 "
        "让我省了不少心 一点问题都没有 比实体店还便宜 收到就爱上了 吃得干干净净 让人放心"
    ),
    "failed": _list(
        "用了{many}天就坏了 让人想睡觉 浪费钱 浪费时间 根本没法用 毁了我的假期 让人火大 就是骗人的 等了{many}个小时 "
        "跟图片完全不一样 一点用都没有 让我拉肚子 简直是灾难 退货都麻烦 再也不来了 完全不值这个价 谁买谁后悔 "
        "让人看不下去 没人管 差评 打不开 收到就是坏的 越来越差 "
        "吃完还是饿 味同嚼蜡 一股烟味 尺码不对 晚了{many}天才到 到处漏水 一洗就掉色 上错了菜 叫了半天没人理 "
        "吵得一夜没睡 几分钟就发烫 老是断线 戴着耳朵疼 弄丢了我的行李 多收了我的钱 说取消就取消 少了配件 开不了机 "
        "浪费了好演员 不知所云 侮辱观众智商 看得想快进 让人尴尬 上面全是污渍 里面有头发 从不回复 噪音很大 一碰就花 "
        "虎头蛇尾 烂尾了 只会吹牛 把我们晾在一边 又脏又破 白花钱 让我很闹心 坑了我{many}百块 闹肚子了 被雨一淋就开胶"
    ),
    "better": _list("更好 更好吃 更干净 更快 更用心 更有意思 更便宜 更精彩 好一些 好一点"),
    "worse": _list("更差 更慢 更糟 更无聊 差一些 差一截"),
    "quality": _list("诚意 新意 味道 灵魂 质感 深度 特色 人情味 想象力 亮点"),
    "anyone": _list("大家 朋友 同事 家人 所有人"),
    "chore": _list("在家睡觉 去搬砖 看广告 数天花板 啃馒头 去扫厕所 对着墙发呆"),
    "cp": _list(
        "{this}{thing}{adv}{p} {thing}{adv}{p} {thing}{adv}{p} 我{adv}喜欢{this}{thing} {this}{thing}{worked} "
        "{thing}又{p}又{p} 觉得{thing}{adv}{p} {thing}{p}得很 {this}{thing}做得{adv}好 {thing}让人满意"
    ),
    "cn": _list(
        "{this}{thing}{adv}{n} {thing}{adv}{n} {thing}{adv}{n} 我{adv}讨厌{this}{thing} {this}{thing}{failed} "
        "{thing}又{n}又{n} 觉得{thing}{adv}{n} {thing}{n}得很 {this}{thing}做得{adv}差 {thing}让人失望"
    ),
}

# kind of sentence -> its templates. {p} praises, {n} blames; {cp} and {cn} are whole clauses that do.
POSITIVE = {
    "plain": _list(
        "{cp}。 {cp}! {cp},{cp}。 {cp},推荐给{anyone}。 真是{p}的{thing}! {adv}{p}的{thing} {p}! "
        "{thing}{p},{thing}也{p}。 我见过最{p}的{thing}。 强烈推荐{this}{thing}。 {thing}赞! "
        "希望多一些这样的{thing}。 买了{many}次了,一直{adv}{p}。 {anyone}都说{thing}{p}。 {cp},还会再来。 "
        "{many}颗星都给{thing}。 收到了,{cp}。"
    ),
    "negation": _list(
        "{thing}不{n}。 {this}{thing}一点也不{n}。 {this}{thing}一点儿都不{n},{adv}{p}。 {thing}并不{n}。 "
        "{thing}完全不{n}。 没觉得{thing}{n}。 {thing}没有别人说的那么{n}。 {thing}绝对不{n}。 谁说{thing}{n}了? "
        "{thing}从来不{n}。 {thing}挑不出毛病。 对{thing}没什么可抱怨的。 选{this}{thing}我不后悔。 "
        "没有比{this}{thing}更{p}的了。 {thing}再{p}不过了。 {thing}没让我失望。 {thing}不是{n},是{p}。 "
        "{thing}丝毫不{n}。 不得不说{thing}{adv}{p}。 没有人不喜欢{this}{thing}。 {thing}毫不{n}。 "
        "从没见过这么{p}的{thing}。 {thing}哪里{n}了,明明{adv}{p}。 {thing}不仅不{n},还{adv}{p}。 不能不夸{thing}。 "
        "不{n}。 并不{n}。 完全不{n}。 一点都不{n}。 没那么{n}。 不算{n}。 不{n},{adv}{p}。"
    ),
    "contrast": _list(
        "虽然{cn},但是{cp}。 虽然有些{n},但{thing}总体还是{adv}{p}的。 尽管{thing}{n},{thing}还是非常{p}。 "
        "{thing}是{n}了点,不过{cp}。 本来以为会很{n},没想到{thing}这么{p}。 {thing}有{n}的地方,但整体来说{adv}{p}。 "
        "{thing}看起来{n},其实{adv}{p}。 {cn},但{cp}。 {cn},可是{cp}。 {cn},然而{cp}。 "
        "除了{thing}有点{n},其他都{adv}{p}。 开始觉得{n},后来发现{adv}{p}。 别人都说{n},我却觉得{adv}{p}。 "
        "即使{thing}{n},我也{adv}喜欢。 {cn},好在{cp}。 {thing}{n}归{n},{cp}。"
    ),
    "understatement": _list(
        "{thing}比我想的要好。 为了{thing}还会再来。 {thing}比预想的{better}。 {thing}越用越顺手。 "
        "{thing}越看越有味道。 不知不觉就看完了。 可惜{thing}太短,还没过瘾。 这价钱能有这样的{thing},可以了。 "
        "还想再来一次。 {thing}对得起这个价。 下次还选{this}{thing}。 {thing}有惊喜。 {thing}还是有两下子的。 "
        "已经回购了{many}次。 等了这么久也值。 {thing}比别家的{better}。 本来没抱希望,结果被{thing}圈粉了。 "
        "{thing}算得上{p}。"
    ),
}
NEGATIVE = {
    "plain": _list(
        "{cn}。 {cn}! {cn},{cn}。 {cn},劝{anyone}别买。 真是{n}的{thing}! {adv}{n}的{thing} {n}! "
        "{thing}{n},{thing}也{n}。 我见过最{n}的{thing}。 千万别选{this}{thing}。 我要退货。 我要投诉{thing}。 "
        "{cn},不会再来。 买了{many}次,次次{n}。 {anyone}都说{thing}{n}。 收到了,{cn}。 等了{many}个小时。 "
        "{thing}{failed}。 别去,{thing}{failed}。"
    ),
    "negation": _list(
        "{thing}不{p}。 {thing}一点也不{p}。 {this}{thing}不是很{p}。 {thing}不太{p}。 {thing}并不{p}。 "
        "{thing}不怎么{p}。 {thing}算不上{p}。 没觉得{thing}{p}。 {thing}没有说的那么{p}。 {thing}谈不上{p}。 "
        "{thing}根本不{p}。 {thing}毫不{p}。 {thing}没什么{quality}。 不推荐{this}{thing}。 "
        "以后不会再买这种{thing}了。 {thing}不值这个钱。 我不喜欢{this}{thing}。 {thing}没有想象中{p}。 "
        "看不出{thing}哪里{p}。 {thing}缺乏{quality}。 没有比{this}{thing}更{n}的了。 {thing}再{n}不过了。 "
        "{thing}从来没{p}过。 {thing}哪里{p}了? {thing}不但不{p},还{adv}{n}。 {thing}不能算{p}。 "
        "{thing}远远不够{p}。 毫无{quality}。 我可不觉得{thing}{p}。 "
        "不{p}。 并不{p}。 不太{p}。 一点都不{p}。 没那么{p}。 算不上{p}。 不{p},{adv}{n}。"
    ),
    "contrast": _list(
        "虽然{cp},但是{cn}。 虽然{thing}{p},总体来说还是{adv}{n}。 尽管{thing}{p},{thing}还是非常{n}。 "
        "{thing}是{p},不过{cn}。 本来以为会很{p},没想到{thing}这么{n}。 {thing}有{p}的地方,但整体来说{adv}{n}。 "
        "{thing}看起来{p},其实{adv}{n}。 {cp},但{cn}。 {cp},可是{cn}。 {cp},然而{cn}。 "
        "除了{thing}还算{p},其他都{adv}{n}。 开始觉得{p},后来发现{adv}{n}。 别人都说{p},我却觉得{adv}{n}。 "
        "即使{thing}{p},我也不喜欢。 {cp},可惜{cn}。 {thing}{p}归{p},{cn}。"
    ),
    "understatement": _list(
        "对{thing}本来抱有更大的希望。 {thing}还可以再好一些。 {thing}比我想的要差。 {thing}有待提高。 "
        "原以为{thing}会{better}。 {thing}配不上它的名气。 {thing}让人提不起兴趣。 这个价钱应该有{better}的{thing}。 "
        "看了好几次手表。 {thing}不如从前了。 一次就够了。 宁可{chore}。 {thing}还差得远。 {thing}名不副实。 "
        "{thing}不适合我。 下次换一家。 {thing}比别家的{worse}。 {thing}跟宣传的不一样。 {thing}需要好好改进。 "
        "希望下次{thing}能{better}。 见过{better}的{thing}。 真不知道{thing}好在哪里。 被广告骗了。 "
        "好不容易熬到结束。"
    ),
    "irony": _list(
        "如果你喜欢{n}的东西,{this}{thing}很适合你。 {thing}真{p}啊,又{n}了。 太{p}了,{cn}。 "
        "谢谢{thing},让我{adv}失望。 真是{p},{cn}。 呵呵,{cn}。 好一个{p}的{thing},{failed}。 恭喜,{cn}。 "
        "{thing}{p}得让我睡着了。 最大的优点就是终于结束了。 真会做生意,{cn}。 {p}?我看是{n}。 {thing}可真行,{cn}。 "
        "感谢{thing}教会我什么叫{n}。"
    ),
}
NEUTRAL = {
    "facts": _list(
        "{noun}屏幕{number}寸,内存{number}G。 有{colour}和{colour}两种。 "
        "{noun}的开放时间是{number}点到{number}点。 {day}去{noun}不用买票。 把{noun}和水搅在一起。 "
        "切成{number}块,加热{number}分钟。 从{place}来的{noun}停在{number}号站台。 "
        "他的第三本{noun}是{year}年出的。 {year}年她拍了这部{noun}。 他演一个住在{place}的{job}。 "
        "{noun}能装{number}升。 线长{number}米。 {noun}放在{noun}了。 早餐时间是{number}点到{number}点。 "
        "从{noun}走到{noun}要{number}分钟。 打开{noun}需要{noun}。 我正在看{noun}。 你看见我的{noun}了吗? "
        "{noun}几点出发? 一共有多少个{noun}? {noun}{day}发货。 {noun}还没拆开。 我{person}要这个{noun}。 "
        "我们住在{place}的{noun}附近。 {noun}可以在{noun}买到。 {colour}的{noun},带{number}个{noun}。 "
        "{noun}里说{day}开门。 {day}{place}下雨了。 报告有{number}章。 {noun}在{floor}楼。 我{day}看到了{noun}。 "
        "这个{noun}是{place}生产的。 我们谈了{number}分钟{noun}。 他把{noun}放在{noun}旁边。 "
        "我{person}有一个{colour}的{noun}。 我{person}在{place}工作。 这个{noun}是{colour}的。 "
        "他们{day}寄出{noun}。 从这里到{place}有{number}公里。 {day}{number}点开始。 {noun}在哪里? "
        "她把{noun}带到了{place}。 {day}我们去{place}。 {place}的办公室{day}休息。 这个{noun}重{number}公斤。 "
        "{noun}{number}点关门。 {noun}{number}元一张。 {noun}宽{number}厘米。 请把{noun}拿到{noun}。 "
        "去{place}的{noun}每{number}分钟一班。 到{noun}往左拐。 {noun}有{number}页。 "
        "坐车到{place}要{number}个小时。 {noun}里有{number}个{noun}。 {noun}是我{person}的。 "
        "{noun}旁边有一个{noun}。 请问{noun}几点开门? {noun}里含有{number}克糖。 把{noun}放进去煮{number}分钟。 "
        "{noun}写于{year}年。 故事发生在{year}年的{place}。 {noun}于{year}年建成。 按{colour}按钮打开{noun}。 "
        "{noun}在{noun}和{noun}之间。 {noun}改到{day}了。 {noun}讲的是一个{job}的故事。 {job}{day}会给你打电话。 "
        "可以在{noun}付款。 {noun}里有{number}个人。 {noun}需要两节电池。 {job}说明了怎么打开{noun}。 "
        "今天看了{number}页。 {year}年他搬到了{place}。 {noun}是木头做的。 我们的号码是{number}。 "
        "{day}下的单,{day}到的货。 {noun}由一位{job}设计。 {noun}分为{number}个部分。 {place}在北边。 "
        "发货地是{place}。 还没有用,先放着。 给{person}买的。 会议{day}{number}点在{floor}楼开。"
    ),
    "deeds": _list(
        "{subject}{when}{did}{object}。 {when}{subject}{did}{object}。 {subject}{did}{object}。 "
        "{subject}{did}{object},{did}{object}。"
    ),
    "lukewarm": _list(
        "{thing}说不上好,也说不上坏。 {thing}一般般,没什么特别。 {thing}就是普通水平。 "
        "有人喜欢{this}{thing},有人不喜欢。 {thing}一般。 {thing}马马虎虎。 {thing}不好不坏。 {thing}中规中矩。 "
        "{thing}凑合。 {thing}还行吧,一般水平。 {thing}有好有坏。 {thing}{p},{thing}{n}。 "
        "{thing}跟别的{thing}差不多。 {thing}没什么感觉。 一半{p},一半{n}。 {thing}说不清是{p}还是{n}。 "
        "{thing}既不{p}也不{n}。 {thing}就那样。 普普通通的{thing}。 {thing}有{p}的地方也有{n}的地方。 "
        "对{thing}谈不上喜欢,也谈不上讨厌。"
    ),
}
NEUTRAL_SLOTS = {
    "noun": _list(
        "书 门 车站 图书馆 桥 会议 火车 公交车 商店 信 钥匙 箱子 报告 票 汽车 报纸 地图 自行车 照片 桌子 名单 窗户 "
        "学校 博物馆 花园 办公室 台灯 手机 屏幕 瓶子 杯子 袋子 街道 房子 厨房 书架 表格 包裹 课 音乐会 电影 歌 酒店 "
        "房间 餐厅 菜单 电池 相机 打印机 椅子 外套 课程 网站 航班 村子 市场 银行 医院 塔 船 碗 面粉 发动机 轮子 屋顶 "
        "湖 树林 文件 账号 密码 邮票 柜台 入口 电梯 走廊 站台 时间表 日历 钟 说明书 抽屉 超市 机场 地铁"
    ),
    "floor": _list("一 二 三 四 五 六 十 二十"),
    "day": _list("周一 周二 星期三 星期四 星期五 周六 周日 昨天 明天 上个月 今天上午 下周"),
    "place": _list("上海 广州 日本 成都 杭州 德国 武汉 西安 南京 北京 城里 郊区 法国 美国 云南 老家"),
    "number": _list("两 三 五 六 七 八 十 十二 十五 二十 30 45 90 200"),
    "year": _list("1895 1920 1948 1967 1983 1995 2004 2012 2019"),
    "person": _list("姐姐 爸爸 妈妈 邻居 朋友 同学 叔叔 哥哥 同事 奶奶"),
    "job": _list("老师 医生 司机 农民 店员 画家 学生 工程师 厨师 律师 警察 护士"),
    "colour": _list("红色 蓝色 绿色 黑色 白色 灰色 黄色 棕色 圆形"),
    "subject": _list("{person} {job} 一个男人 隔壁的阿姨 他 她 我们 他们 邻居 两个学生 公司 我 有人 孩子们"),
    "did": _list(
        "买了 打开了 搬走了 读了 写了 看见了 寄出了 找到了 带来了 数了数 关上了 拿了 订了 量了量 借了 用了 介绍了 "
        "画了 修了 还了 听了 参观了 租了 换了 吃了 喝了 卖了 装了 收到了"
    ),
    "object": _list(
        "一封信 {noun} 两个{noun} {colour}的{noun} 一张票 面包 三个{noun} 一杯茶 一部老电影 一首歌 一个苹果 一份报纸 "
        "一杯水"
    ),
    "when": _list(
        "在{noun} 在办公室 早上 上周 昨天晚上 在{noun}旁边 午饭前 回家的路上 在学校 在{place} {day} 开会以后 "
        "{year}年 {number}点 在家 每天 每周两次"
    ),
}
