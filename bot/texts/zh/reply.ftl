# 各前端共用的文字。

## 进行中
queued = 排队中，第 { $position } 位。
queued-wait = 排队中，第 { $position } 位，大约还需 { $seconds } 秒。
started = 正在看你的画……
started-again = 重新开始：刚才作曲的机器停了。
progress = 正在写第 { $bar } 小节，共 { $bars } 小节……
rendering = 写好了，正在演奏和录音……
filming = 正在拍视频：{ $second } / { $seconds } 秒……

## 结果
done = { $key } · { $tempo } bpm · { $bars } 小节 · { $match } · 种子 { $seed }
match-close = 几乎一模一样（{ $percent } %）
match-good = 很像（{ $percent } %）
match-fair = 大致相似（{ $percent } %）
match-loose = 由画而来的灵感（{ $percent } %）
key-major = { $tonic }大调
key-minor = { $tonic }小调
tonic-sharp = 升{ $letter }
tonic-flat = 降{ $letter }
title = 画
alt = 钢琴卷帘，{ $bars } 小节，{ $key }：音符画出了发来的那幅画。
takes-done = { $count } 个版本，各 { $bars } 小节：先听听，再按你想要的那个数字。
takes-alt = { $count } 个带编号的小钢琴卷帘，每个都画出了发来的那幅画。
cancelled = 已按你的要求取消。
failed = { $sentence }
gone = 这首曲子的文件已不再保留，请重新发送这幅画。
smaller = （为了不超过这里的文件大小上限，音频压缩过。）
no-sound = （音频文件太大，发不到这里。）
no-video = （视频太大，发不到这里。）
expired-buttons = 这些按钮已过期，请重新发送这幅画。

## 按钮
again = 再来一版
takes = 四个版本
take = 第 { $number } 版
takes-others = 另外四版
change = 修改 …
change-title = 修改这首曲子
change-done = 就这样
closer = 更像画
musical = 更好听
instrument = 乐器
tempo = 速度
key = 调
accompaniment-on = 加伴奏
accompaniment-off = 去掉伴奏
video = 视频
higher = 高一点
lower = 低一点
tempo-slower = 慢一点
tempo-faster = 快一点
key-auto = 自动选择

## 选项和它们的值，用的就是更改它们的词
option-engine = 引擎
engine-guided = guided（由模型照着画演奏）
engine-chords = chords（按规则配和弦）
engine-pointer = pointer（最初的方法）
engine-naive = naive（每一笔都是音符）
option-shape = 填充的形状
shape-auto = 自动
shape-outline = 轮廓
shape-fill = 填充
option-theme = 颜色
theme-dark = 深色
theme-light = 浅色
option-video = 视频
video-none = 不要
video-wide = 横屏
video-square = 方形
video-tall = 竖屏
option-bars = 小节
option-tempo = 速度
option-key = 调
option-style = 风格
option-instrument = 乐器
option-pitch_range = 音域
option-accompaniment = 伴奏
option-arrangement = 编曲
option-strength = 像不像画
option-candidates = 候选
option-temperature = 温度
option-top_p = top p
option-invert = 反色
option-seed = 种子
option-takes = 版本
option-jobs = 限制
option-topics = 话题
option-only = 仅限
yes = 是
no = 否
nothing-set = 还没有设置。
