# What only Telegram needs.

language-name = English
telegram-about = Send me a drawing, and I make music whose notes draw it again.
telegram-short = Music from your drawings: send a picture, hear it played.
telegram-help =
    Send me a photo or an image of a drawing, and I answer with music whose notes draw it again: sound to play, a MIDI file, and a picture of the notes. Several pictures at once become one piece.

    Write what you like beside it, for example: likeness 80 C minor 120 bpm violin 16 bars. In a group, write /draw in reply to a picture.

    Send a MIDI file and reply to it with a drawing: the music goes on from it.
telegram-no-picture = Send /draw as the caption of a picture, or in reply to one.
telegram-not-a-picture = Send me a picture of a drawing: a photo, an image file or a sticker.
telegram-hello = Send me a photo or an image of a drawing, and I play it. /help shows how.
telegram-words-alone = Send me a picture, and write these words beside it; or write them in reply to a piece of mine.
telegram-no-command = There is no command { $command }: /help shows what there is.
telegram-midi = That is a MIDI file: reply to it with a drawing, and the music goes on from it.
telegram-personal = This is about a person: write it under your own name, or to me in private.
telegram-in-private = This chat does not let me send everything: I sent the rest to you in private.
telegram-write-to-me = This chat does not let me send music, and I may not write to you first. Open t.me/{ $bot }, press Start, and send me the picture there.
telegram-not-taken = Telegram did not take the files of this piece: send the drawing again.
telegram-left-out = { $lost } of { $parts } parts of the album are left out.
telegram-album-again = Words beside an album come too late once it is sent: send me the album again with them.
telegram-album-hidden = I saw only one picture of the album: in a group, Telegram shows me what names me and nothing else. Send me the album in private, or make me an admin here.
telegram-unknown = I did not understand: { $words }. Try: likeness 80 C minor 120 bpm violin 16 bars
telegram-voice = Voice message
telegram-history-private = Write /history to me in private: your pieces are nobody else’s business.
telegram-command-history = your last pieces and favourites
telegram-voice-forbidden = Voice messages are not allowed here.
telegram-accepted = On its way.
telegram-slow-down = That is a lot at once: please give me a minute.
telegram-broken = Something went wrong, and that is our fault: please try again later.
telegram-open-page = Draw
telegram-draw-one = Draw one
telegram-admins-only = Only admins can change what holds for the group.
telegram-settings = Your defaults. Change them with words: /settings likeness 70 violin sad; /settings reset.
telegram-settings-group = This group's defaults. Admins change them with words: /settings tempo 90 limit 2; here or everywhere (this topic alone, or all); admins or everyone; gallery @channel or gallery off; /settings reset.
telegram-language = Which language shall I speak?
telegram-language-auto = As my Telegram
telegram-language-set = Done.
telegram-nothing-waits = None of your drawings is under way.
telegram-forgotten = Everything that I kept about you is deleted: pictures, pieces, defaults.
telegram-command-draw = hear the picture that you reply to
telegram-command-settings = your defaults
telegram-command-language = choose the language
telegram-command-queue = how far your drawing is
telegram-command-cancel = stop your drawing
telegram-command-help = what I can do
telegram-command-forgetme = delete everything I keep about you

telegram-admins = admins
