# 仅 Telegram 使用的文字。

language-name = 中文
telegram-about = 发一幅画给我，我会演奏一段钢琴卷帘看起来像它的音乐。
telegram-help =
    发给我一张画的照片或图片，我会回复一段音乐，它的钢琴卷帘看起来就像你的画：可以播放的声音、MIDI 文件和图片。一次发多张会连成一首曲子。

    旁边可以写上你想要的，例如：强度80 C小调 速度120 小提琴 16小节。在群里，请回复图片并写 /draw。

    先发一个 MIDI 文件，再用画回复它：音乐会从那里继续。
telegram-no-picture = 请把 /draw 写在图片的说明里，或回复一张图片。
telegram-not-a-picture = 请发一张画：照片、图片文件或不会动的贴纸。
telegram-unknown = 没看懂：{ $words }。试试：强度80 C小调 速度120 小提琴 16小节
telegram-accepted = 马上就来。
telegram-slow-down = 一下子太多了，请等一分钟。
telegram-broken = 出了点问题，这是我们的错，请稍后再试。
telegram-open-page = 画画
telegram-admins-only = 只有管理员可以更改群里的设置。
telegram-settings = 你的默认设置。用文字更改：/settings 强度70 小提琴 忧伤；/settings 重置。
telegram-settings-group = 本群的默认设置。管理员用文字更改：/settings 速度90 限制2；/settings 重置。
telegram-settings-none = 还没有设置。
telegram-language = 我该说哪种语言？
telegram-language-auto = 跟随我的 Telegram
telegram-language-set = 好了。
telegram-nothing-waits = 你没有正在排队的画。
telegram-forgotten = 关于你的一切都已删除：图片、曲子和默认设置。
telegram-command-draw = 把你回复的图片变成音乐
telegram-command-settings = 你的默认设置
telegram-command-language = 选择语言
telegram-command-queue = 你的画进行到哪里了
telegram-command-cancel = 停止你的画
telegram-command-help = 怎么用
telegram-command-forgetme = 删除关于你的一切
