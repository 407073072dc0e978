# Errors are English already; here is what chats call otherwise.
error-option-strength = likeness
error-option-invalid = The option { $option } cannot be “{ $value }”: { $why }.
error-option-unused = The { $engine } engine has no use for { $option }: leave it out or use the guided engine.
