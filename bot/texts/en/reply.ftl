# What every front-end says.

## On the way
queued = In the queue at place { $position }.
queued-wait = In the queue at place { $position }, about { $seconds } s to go.
started = Looking at your drawing …
started-again = Starting again: the machine that drew it stopped.
progress = Writing bar { $bar } of { $bars } …
rendering = Written; now it is played and recorded …
filming = Filming: { $second } of { $seconds } s …

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
tonic-sharp = { $letter }#
tonic-flat = { $letter }b
title = Drawing
alt = Piano roll of { $bars } bars in { $key }: the notes draw the picture that was sent.
songs = From: { $songs }
songs-more = From: { $songs } and { $count } more
takes-done = { $count } takes of { $bars ->
    [one] 1 bar
   *[other] { $bars } bars
  }: hear them, then press the number of the one that you want.
takes-alt = { $count } small piano rolls with numbers: each draws the picture that was sent.
cancelled = Cancelled, as you wished.
failed = { $sentence }
gone = The files of this piece are no longer kept: send the drawing again.
smaller = (The sound is compressed, as files may not be larger here.)
no-sound = (The sound is too large for this place.)
no-video = (The video is too large for this place.)
expired-buttons = These buttons have expired: send the drawing again.

## Buttons
again = Another take
takes = Four takes
take = Take { $number }
takes-others = Four others
change = Change …
change-title = Change the piece
change-done = Make it so
history = Your last pieces:
history-none = No piece of yours is kept: draw one.
keep = ★ Keep
kept = Kept until { $day }: /history shows it. The same button lets go of it.
kept-no-longer = It is a favourite no longer, and is deleted like any other piece.
gallery = To the gallery
gallery-in = It is in the gallery, { $place }, with your name. The same button takes it out.
gallery-out = It is out of the gallery.
gallery-by = By { $who }
gallery-left = What I could not delete in galleries: { $count }. Ask those who manage them.
option-gallery = gallery
closer = Closer to the drawing
musical = More musical
instrument = Instrument
tempo = Tempo
key = Key
accompaniment-on = Add accompaniment
accompaniment-off = Without accompaniment
video = Video
higher = Higher
lower = Lower
tempo-slower = Slower
tempo-faster = Faster
key-auto = Best fit

## Options and their values, in the words that change them
option-engine = engine
engine-guided = guided (a model plays the picture)
engine-chords = chords (by rule, over a progression)
engine-mosaic = mosaic (bars of real songs that fit)
engine-columns = columns (a tiny network, column by column)
engine-vae = vae (a latent of each bar; can morph)
engine-diffusion = diffusion (noise becomes notes)
engine-gan = gan (taught by two judges)
engine-pointer = pointer (as it all began)
engine-naive = naive (every line is a note)
option-shape = filled shapes
shape-auto = as it fits
shape-outline = outline
shape-fill = fill
option-theme = colours
theme-dark = dark
theme-light = light
option-video = video
video-none = none
video-wide = wide
video-square = square
video-tall = tall (for phones)
option-bars = bars
option-tempo = tempo
option-key = key
option-style = mood
option-instrument = instrument
option-pitch_range = range
option-accompaniment = accompaniment
option-arrangement = arrangement
option-strength = likeness
option-candidates = candidates
option-temperature = temperature
option-top_p = top p
option-morph = morph
option-invert = inverted
option-seed = seed
option-takes = takes
option-jobs = limit
option-topics = topics
option-only = only
yes = yes
no = no
nothing-set = Nothing is set.
