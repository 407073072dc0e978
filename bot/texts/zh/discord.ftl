# 仅 Discord 使用的文字。

discord-draw = 画
discord-draw-about = 钢琴卷帘看起来像你的画的音乐
discord-image = 一幅画：PNG、JPEG、WebP、BMP 或 GIF
discord-image-more = 再来一幅；多幅连成一首曲子
discord-url = 图片地址
discord-strength = 0 是自由的音乐，100 尽可能像画
discord-strength-short = 强度，0 到 100
discord-bars = 每幅画的小节数
discord-tempo = 每分钟拍数
discord-key = 调，例如 C minor；auto 自动选择
discord-mood = 音乐的风格
discord-instrument = 演奏的乐器
discord-accompaniment = 在画的周围加上低音与和弦
discord-engine = 用什么方法写音符
discord-seed = 相同的种子和选项得到相同的音乐
discord-midi = 从这个 MIDI 文件继续
discord-shape = 实心图形按面还是按轮廓演奏
discord-theme = 钢琴卷帘的颜色
discord-private = 只有你能看到回答
discord-menu = 演奏这幅画
discord-no-picture = 这条消息里没有图片。
discord-remix = 改编
discord-remix-about = 从你自己的音乐继续，走向一幅画
discord-settings = 设置
discord-settings-about = 你的默认设置
discord-settings-yours = 你的默认设置：
discord-nothing-set = 还没有设置。
discord-reset = 忘掉默认设置
discord-help = 帮助
discord-help-about = 怎么用
discord-help-text = 带一张画运行 /draw，或长按图片、应用、“演奏这幅画”：你会得到钢琴卷帘看起来像它的音乐，有声音、MIDI 文件和图片。下面的按钮可以要别的版本。
discord-page = 在网页上画
discord-queue = 队列
discord-queue-about = 你的画进行到哪里了
discord-cancel = 取消
discord-cancel-about = 停止你的画
discord-nothing-waits = 你没有正在排队的画。
discord-forgetme = 忘记我
discord-forgetme-about = 删除关于你的一切
discord-forgotten = 关于你的一切都已删除：图片、曲子和默认设置。
discord-broken = 出了点问题，这是我们的错，请稍后再试。
discord-delete = 删除
discord-not-yours = 只有发起的人和管理员可以删除。
discord-smaller = （这里的文件不能更大，所以声音变小了。）
discord-no-sound = （声音太大，发不到这里。）

discord-accepted = 正在进行 …
discord-parent = { $link } 的另一个版本
discord-direct = （没能发到你要的地方。）
discord-voice = 在语音频道播放
discord-voice-join = 请先加入一个语音频道，再按一次按钮。
discord-voice-plays = { $before ->
    [0] 正在你的语音频道播放。
   *[other] 前面还有 { $before } 首，之后在你的语音频道播放。
  }

## 服务器管理
discord-server = 服务器
discord-server-about = 本服务器的规则
discord-show = 查看
discord-show-about = 查看本服务器的规则
discord-defaults = 默认
discord-defaults-about = 没有自己设置的人使用的选项
discord-server-defaults = 本服务器的默认设置：
discord-limit = 上限
discord-limit-about = 每个人可以同时进行几幅画
discord-limit-drawings = 数量；不填则用机器人的上限
discord-server-jobs = 每人同时进行的画：{ $count }
discord-channel = 频道
discord-channel-about = 只在某些频道接受画
discord-channel-which = 频道
discord-server-channels = 频道：
discord-role = 身份组
discord-role-about = 只给某些身份组音乐
discord-role-which = 身份组
discord-server-roles = 身份组：
discord-allowed = 是否允许
discord-block = 屏蔽
discord-block-about = 在这里不给某人音乐
discord-block-who = 这个人
discord-blocked = 是否屏蔽
discord-server-blocked = 已屏蔽：

## 机器人的主人
discord-owner = 主人
discord-owner-about = 给运行这个机器人的人
discord-not-owner = 只有运行这个机器人的人可以这样做。
discord-status = 状态
discord-status-about = 队列、工作进程和服务器
discord-drain = 暂停
discord-drain-about = 不再接受新的画，或恢复接受
discord-drain-on = 选“是”则不再接受
discord-drained = 不再接受新的画；进行中的继续。
discord-undrained = 又可以接受画了。
discord-ban = 屏蔽
discord-ban-about = 在所有地方都不给某人音乐
discord-banned = 一共屏蔽：{ $count }

## 风格
style-pop = 流行
style-ballad = 抒情
style-upbeat = 欢快
style-melancholy = 忧伤
style-folk = 民谣
style-classical = 古典
style-game = 游戏
