from truthline.syntax.comments import Comment, comments


def test_only_real_comments_count() -> None:
    text = (
        'x = "# truthline: allow[TL101] no"\n'
        "y = 1  # truthline: allow[TL301] é reason  \n"
        "    #truthline:allow[TL302]\n"
        '"""\n# truthline: no\n"""\n'
        "z = 1  # about truthline: no\n"
    )
    assert comments(text) == (
        Comment(2, 8, "allow[TL301] é reason", alone=False),
        Comment(3, 5, "allow[TL302]", alone=True),
    )


def test_a_text_without_the_word_is_not_tokenized() -> None:
    assert comments("x = (") == ()


def test_comments_up_to_a_broken_token_are_kept() -> None:
    assert [each.text for each in comments("# truthline: a\nx = (\n")] == ["a"]
