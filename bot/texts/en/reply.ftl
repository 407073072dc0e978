# What every front-end says.

## On the way
queued = In the queue at place { $position }.
queued-wait = In the queue at place { $position }, about { $seconds } s to go.
started = Looking at your drawing …
started-again = Starting again: the machine that drew it stopped.
progress = Writing bar { $bar } of { $bars } …
rendering = Written; now it is played and recorded …

## The answer
done = { $key } · { $tempo } bpm · { $bars ->
    [one] 1 bar
   *[other] { $bars } bars
  } · { $match } · seed { $seed }
match-close = looks just like it ({ $percent } %)
match-good = a good likeness ({ $percent } %)
match-fair = a free likeness ({ $percent } %)
match-loose = inspired by it ({ $percent } %)
key-major = { $tonic } major
key-minor = { $tonic } minor
title = Drawing
alt = Piano roll of { $bars } bars in { $key }: the notes draw the picture that was sent.
cancelled = Cancelled, as you wished.
failed = { $sentence }
gone = The files of this piece are no longer kept: send the drawing again.
expired-buttons = This piece is too long ago for its buttons: send the drawing again.

## Buttons
again = Another take
closer = Closer to the drawing
musical = More musical
instrument = Instrument
tempo = Tempo
key = Key
accompaniment-on = Add accompaniment
accompaniment-off = Without accompaniment
tempo-slower = Slower
tempo-faster = Faster
key-auto = Best fit
