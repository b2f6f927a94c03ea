from assistant.scoring.discourse import skeleton


def test_what_a_sentence_is_about_is_left_open():
    first = skeleton("Therefore the kulaks were deported, which shows how important fear was.")
    second = skeleton("Therefore the engineers were arrested, which shows how important fear was.")
    assert first == second
    assert first.startswith("^ therefore the _ were _ , which shows how important")


def test_figures_and_questions_are_told_apart_from_words():
    assert skeleton("Was it 1928?") == "^ was it # ?"
    assert skeleton("") == "^"
