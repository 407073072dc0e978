# What only Discord needs.

discord-draw = draw
discord-draw-about = Music whose piano roll looks like your drawing
discord-image = A drawing: PNG, JPEG, WebP, BMP or GIF
discord-image-more = A further drawing; several become one piece
discord-url = Address of a picture
discord-strength = 0 is free music, 100 as close to the drawing as it gets
discord-strength-short = Strength, 0 to 100
discord-bars = Bars for each drawing
discord-tempo = Beats a minute
discord-key = Key, such as C minor; auto takes the best fit
discord-mood = Songs that the music takes after
discord-instrument = Instrument that plays it
discord-accompaniment = Add bass and chords around the drawing
discord-engine = How the notes are found
discord-seed = Same seed and options, same music
discord-midi = A MIDI file that the music goes on from
discord-shape = Play filled shapes as areas or outlines
discord-theme = Colours of the piano roll
discord-private = Only you see the answer
discord-menu = Play this drawing
discord-no-picture = There is no picture in this message.
discord-remix = remix
discord-remix-about = Go on from music of your own, towards a drawing
discord-settings = settings
discord-settings-about = Your own defaults
discord-settings-yours = Your defaults:
discord-nothing-set = Nothing is set.
discord-reset = Forget your defaults
discord-help = help
discord-help-about = How it goes
discord-help-text = Run /draw with a picture of a drawing, or press a picture, Apps, “Play this drawing”: you get music whose piano roll looks like it, as sound, MIDI file and picture. Buttons below it ask for other versions.
discord-page = Draw on a page
discord-queue = queue
discord-queue-about = How your drawing stands
discord-cancel = cancel
discord-cancel-about = Stop your drawing
discord-nothing-waits = None of your drawings is waiting.
discord-forgetme = forgetme
discord-forgetme-about = Delete all that is kept of you
discord-forgotten = All that was kept of you is deleted: pictures, pieces, defaults.
discord-broken = Something went wrong: that is our fault. Please try again later.
discord-delete = Delete
discord-not-yours = Only who asked for it and moderators can delete it.
discord-smaller = (The sound is smaller, as files may not be larger here.)
discord-no-sound = (The sound is too large for this place.)

discord-accepted = On its way …
discord-parent = Another version of { $link }
discord-direct = (It could not be posted where you asked for it.)
discord-voice = Play in voice
discord-voice-join = Join a voice channel first, then press the button again.
discord-voice-plays = { $before ->
    [0] It plays in your voice channel.
    [one] It plays in your voice channel after one other piece.
   *[other] It plays in your voice channel after { $before } other pieces.
  }

## For managers
discord-server = server
discord-server-about = What holds in this server
discord-show = show
discord-show-about = Show what holds here
discord-defaults = defaults
discord-defaults-about = Options for whoever has set none of their own
discord-server-defaults = Defaults of this server:
discord-limit = limit
discord-limit-about = How many drawings a person may have in hand
discord-limit-drawings = That many; nothing for the bot's own limit
discord-server-jobs = Drawings in hand for each person: { $count }
discord-channel = channel
discord-channel-about = Take drawings in certain channels only
discord-channel-which = The channel
discord-server-channels = Channels:
discord-role = role
discord-role-about = Give music to certain roles only
discord-role-which = The role
discord-server-roles = Roles:
discord-allowed = Whether it is one of them
discord-block = block
discord-block-about = Give somebody no music here
discord-block-who = The person
discord-blocked = Whether they are blocked
discord-server-blocked = Blocked:

## For the bot's owners
discord-owner = owner
discord-owner-about = For those who run this bot
discord-not-owner = Only those who run this bot can do that.
discord-status = status
discord-status-about = Queue, workers and servers
discord-drain = drain
discord-drain-about = Take no new drawings, or take them again
discord-drain-on = True takes no new drawings
discord-drained = No new drawings are taken; those in hand go on.
discord-undrained = Drawings are taken again.
discord-ban = block
discord-ban-about = Give somebody no music anywhere
discord-banned = Blocked in all: { $count }

## Moods
style-pop = pop
style-ballad = ballad
style-upbeat = upbeat
style-melancholy = melancholy
style-folk = folk
style-classical = classical
style-game = game
