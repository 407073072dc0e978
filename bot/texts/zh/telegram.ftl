# 仅 Telegram 使用的文字。

language-name = 简体中文
telegram-about = 发一幅画给我，我用音符把它再画一遍，变成音乐。
telegram-short = 把你的画变成音乐：发一张图片，听听它的声音。
telegram-help =
    发给我一张画的照片或图片，我会用音符把它再画一遍，变成音乐：可以播放的声音、MIDI 文件和音符的图片。一次发多张会连成一首曲子。

    旁边可以写上你想要的，例如：像不像画80 C小调 速度120 小提琴 16小节。在群里，请回复图片并写 /draw。

    先发一个 MIDI 文件，再用画回复它：音乐会从那里继续。
telegram-no-picture = 请把 /draw 写在图片的说明里，或回复一张图片。
telegram-not-a-picture = 请发一幅画：照片、图片文件或贴纸。
telegram-hello = 发给我一张画的照片或图片，我就把它演奏出来。/help 告诉你怎么用。
telegram-words-alone = 请发一张图片，把这些文字写在旁边；或用这些文字回复我的一首曲子。
telegram-no-command = 没有 { $command } 这个命令：/help 列出了所有命令。
telegram-midi = 这是一个 MIDI 文件：用一幅画回复它，音乐就从那里继续。
telegram-personal = 这是个人的事：请用你自己的名字写，或私下写给我。
telegram-in-private = 这个聊天不允许我发送全部内容：其余的我已私下发给你。
telegram-write-to-me = 这个聊天不允许我发音乐，而我也不能先给你写信。请打开 t.me/{ $bot }，按“开始”，把图片发到那里。
telegram-not-taken = Telegram 没有收下这首曲子的文件，请重新发送这幅画。
telegram-left-out = 相册的 { $parts } 项中有 { $lost } 项没有画。
telegram-album-again = 相册发出后再改文字就来不及了：请带上文字重新发送相册。
telegram-album-hidden = 我只看到相册里的一张图片：在群里，Telegram 只给我看提到我的内容。请私下把相册发给我，或让我当管理员。
telegram-unknown = 没看懂：{ $words }。试试：像不像画80 C小调 速度120 小提琴 16小节
telegram-voice = 语音消息
telegram-history-private = 请私下给我发 /history：你的曲子只给你自己看。
telegram-command-history = 你最近的曲子和收藏
telegram-voice-forbidden = 这里不允许发送语音消息。
telegram-accepted = 马上就来。
telegram-slow-down = 一下子太多了，请等一分钟。
telegram-broken = 出了点问题，这是我们的错，请稍后再试。
telegram-open-page = 画画
telegram-draw-one = 画一幅
telegram-admins-only = 只有管理员可以更改群里的设置。
telegram-settings = 你的默认设置。用文字更改：/settings 像不像画70 小提琴 忧伤；/settings 重置。
telegram-settings-group = 本群的默认设置。管理员用文字更改：/settings 速度90 限制2；这里 或 到处（只在这个话题，或所有话题）；仅管理员 或 所有人；画廊 @频道 或 画廊 关；/settings 重置。
telegram-language = 我该说哪种语言？
telegram-language-auto = 跟随我的 Telegram
telegram-language-set = 好了。
telegram-nothing-waits = 你没有正在进行的画。
telegram-forgotten = 我保存的关于你的一切都已删除：图片、曲子和默认设置。
telegram-command-draw = 听听你回复的那张图片
telegram-command-settings = 你的默认设置
telegram-command-language = 选择语言
telegram-command-queue = 你的画进行到哪里了
telegram-command-cancel = 停止你的画
telegram-command-help = 怎么用
telegram-command-forgetme = 删除关于你的一切

telegram-admins = 管理员
