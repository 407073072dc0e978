# What only Telegram needs.

language-name = English
telegram-about = Send me a drawing: I play music whose piano roll looks like it.
telegram-help =
    Send me a photo or an image of a drawing, and I answer with music whose piano roll looks like it: sound to play, a MIDI file and a picture. Several pictures at once become one piece.

    Write what you like beside it, for example: strength 80 C minor 120 bpm violin 16 bars. In a group, write /draw in reply to a picture.

    Send a MIDI file and reply to it with a drawing: the music goes on from it.
telegram-no-picture = Send /draw as the caption of a picture, or in reply to one.
telegram-not-a-picture = Send me a picture of a drawing: a photo, an image file or a sticker that does not move.
telegram-unknown = I did not understand: { $words }. Try: strength 80 C minor 120 bpm violin 16 bars
telegram-accepted = On its way.
telegram-slow-down = That is a lot at once: give me a minute.
telegram-broken = Something went wrong: that is our fault. Please try again later.
telegram-open-page = Draw
telegram-admins-only = Only admins can change what holds for the group.
telegram-settings = Your defaults. Change them with words: /settings strength 70 violin sad; /settings reset.
telegram-settings-group = This group's defaults. Admins change them with words: /settings tempo 90 limit 2; /settings reset.
telegram-settings-none = Nothing is set.
telegram-language = Which language shall I speak?
telegram-language-auto = As my Telegram
telegram-language-set = Done.
telegram-nothing-waits = None of your drawings is waiting.
telegram-forgotten = All that was kept of you is deleted: pictures, pieces, defaults.
telegram-command-draw = music from the picture that you reply to
telegram-command-settings = your defaults
telegram-command-language = choose the language
telegram-command-queue = how your drawing stands
telegram-command-cancel = stop your drawing
telegram-command-help = how it goes
telegram-command-forgetme = delete what is kept of you
