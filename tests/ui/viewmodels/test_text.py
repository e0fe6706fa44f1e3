from desk.ui.viewmodels.text import cells, clean, plain, shorten


def test_simple_text_is_filled_to_its_width() -> None:
    assert plain("abc", 5) == "abc  "
    assert plain("abc", 5, to_right=True) == "  abc"


def test_what_is_too_long_ends_in_an_ellipsis() -> None:
    assert plain("abcdef", 4) == "abc…"
    assert plain("abcdef", 4, ascii_only=True) == "abc~"


def test_escapes_are_taken_out_whole() -> None:
    assert clean("a\x1b[31mred\x1b[0m") == "ared"
    assert clean("a\x1b]0;title\x07b") == "ab"
    assert clean("a\x1bPq#0\x1b\\b") == "ab"


def test_a_broken_escape_leaves_no_control_behind() -> None:
    assert "\x1b" not in clean("a\x1b[31")
    assert clean("\x9b31mred") == "31mred"


def test_line_breaks_and_tabs_become_spaces() -> None:
    assert clean("one\r\ntwo\tthree\u2028four") == "one  two three four"


def test_text_cannot_turn_its_direction_round() -> None:
    assert clean("BTC\u202eTDSU\u2066") == "BTCTDSU"


def test_markup_is_only_letters() -> None:
    assert plain("[bold red]x[/]", 20).rstrip() == "[bold red]x[/]"


def test_wide_letters_take_two_cells() -> None:
    assert cells("日本") == 4
    assert plain("日本語", 5) == "日本…"
    assert plain("日本語", 4) == "日… "


def test_a_joined_emoji_is_shown_by_its_parts() -> None:
    assert clean("👨\u200d👩\u200d👧") == "👨👩👧"
    assert clean("👍🏽") == "👍"


def test_accents_stay_where_a_letter_has_them() -> None:
    assert clean("cafe\u0301") == "café"
    assert clean("q\u0301") == "q"


def test_ascii_spells_what_it_can_and_marks_the_rest() -> None:
    assert clean("café · 日", ascii_only=True) == "cafe ? ?"


def test_nothing_fits_into_no_width() -> None:
    assert plain("abc", 0) == ""
    assert shorten("abc", -3) == ""
