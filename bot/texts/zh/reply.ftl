# 各前端共用的文字。

## 进行中
queued = 排队中，第 { $position } 位。
queued-wait = 排队中，第 { $position } 位，大约还需 { $seconds } 秒。
started = 正在看你的画……
started-again = 重新开始：刚才作曲的机器停了。
progress = 正在写第 { $bar } 小节，共 { $bars } 小节……
rendering = 写好了，正在演奏和录音……

## 结果
done = { $key } · { $tempo } bpm · { $bars } 小节 · { $match } · 种子 { $seed }
match-close = 几乎一模一样（{ $percent } %）
match-good = 很像（{ $percent } %）
match-fair = 大致相似（{ $percent } %）
match-loose = 由画而来的灵感（{ $percent } %）
key-major = { $tonic } 大调
key-minor = { $tonic } 小调
title = 画
alt = 钢琴卷帘，{ $bars } 小节，{ $key }：音符画出了发来的那幅画。
cancelled = 已按你的要求取消。
failed = { $sentence }
gone = 这首曲子的文件已不再保留，请重新发送这幅画。
expired-buttons = 这首曲子太久以前了，按钮已失效，请重新发送这幅画。

## 按钮
again = 再来一版
closer = 更像画
musical = 更好听
instrument = 乐器
tempo = 速度
key = 调
accompaniment-on = 加伴奏
accompaniment-off = 去掉伴奏
tempo-slower = 慢一点
tempo-faster = 快一点
key-auto = 自动选择
