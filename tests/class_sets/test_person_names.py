"""Names of students in the names that their files come with."""

import pytest

from assistant.class_sets.person_names import person_alone_in, person_in
from assistant.class_sets.title_words import SubjectWords, plain, subject_words
from assistant.corpus.loading import load_course


@pytest.fixture(scope="module")
def stalin() -> SubjectWords:
    return subject_words(load_course("stalin"))


def table(lines: str) -> list[tuple[str, str]]:
    """A file's name and whose it is, or nothing where it names nobody."""
    return [tuple(cell.strip() for cell in line.split("=>")) for line in lines.strip().splitlines()]


@pytest.mark.parametrize(
    ("name", "student"),
    table(
        """
        Ann Smith Stalin Essay                                    => Ann Smith
        Stalin Essay Ann Smith                                    => Ann Smith
        AnnSmith_StalinEssay                                      => Ann Smith
        AnnSmithEssay                                             => Ann Smith
        StalinEssay_AnnMcDonald                                   => Ann McDonald
        AnnSmith12AHistory                                        => Ann Smith
        KJones_Stalin                                             => K Jones
        JaMarcus Brown essay                                      => JaMarcus Brown
        ann smith essay                                           => Ann Smith
        ann_smith                                                 => Ann Smith
        ann.smith.essay                                           => Ann Smith
        smith_ann_history                                         => Smith Ann
        smith-ann-12b                                             => Smith Ann
        SMITH Ann                                                 => SMITH Ann
        STALIN ESSAY ANN SMITH                                    => ANN SMITH
        Smith, Ann - collectivisation 25 mark                     => Smith, Ann
        van der Berg, Lotte                                       => van der Berg, Lotte
        Y12 Ann Smith                                             => Ann Smith
        12B_Ann_Smith_Q3                                          => Ann Smith
        13C Hi2 Great Terror Ann Smith                            => Ann Smith
        14th March Ann Smith                                      => Ann Smith
        2024-03-14 Ann Smith NKVD                                 => Ann Smith
        Ann Smith1                                                => Ann Smith
        Ann Smith v2 FINAL                                        => Ann Smith
        Ann Smith.docx                                            => Ann Smith
        Ann%20Smith%20Essay                                       => Ann Smith
        Essay 2 (Ann Smith)                                       => Ann Smith
        Copy of Ann Smith Purges essay                            => Ann Smith
        Yr12 Mr Brown Ann Smith                                   => Ann Smith
        Ann Smith's essay                                         => Ann Smith
        Stalin essay ann smith                                    => Ann Smith
        history hw - mohammed al fayed                            => Mohammed al Fayed
        why_did_stalin_win_the_power_struggle_priya_patel         => Priya Patel
        Priya Patel To what extent was Stalin responsible         => Priya Patel
        Ann Smith Stalinism                                       => Ann Smith
        O'Neill-Ann essay                                         => O'Neill Ann
        Tom O’Connor-Five Year Plans                              => Tom O’Connor
        Ann-Marie van der Berg collectivisation                   => Ann-Marie van der Berg
        T. O'Connor Five Year Plans                               => T. O'Connor
        Smith A. Essay 3                                          => Smith A.
        An Nguyen Stalin                                          => An Nguyen
        Emily Scott                                               => Emily Scott
        Georgia Bell kulaks                                       => Georgia Bell
        May Chen 12B                                              => May Chen
        John Smith                                                => John Smith
        Mark Page                                                 => Mark Page
        Siobhán Ní Bhriain                                        => Siobhán Ní Bhriain
        """
    ),
)
def test_a_student_is_found_whatever_stands_beside_her(stalin, name, student):
    assert person_in(name, stalin) == student


NOBODYS = """
scan0001
IMG_2041
Adobe Scan 14 Mar 2024
WhatsApp Image 2024-03-14 at 10.32.11
Document1
new microsoft word document (3)
Copy of Untitled document
stalin
Joseph Stalin
Leon Trotsky essay
robert conquest notes
Stalin v Trotsky
Stalins Power Struggle
collectivisation essay final
Why did Stalin launch the purges
was stalins victory inevitable
trotsky 25 marker
Opposition To Collectivisation
The Great Turn and Collectivisation
show trials and the great terror notes
famine in ukraine (final) (2)
Mind map purges
Past paper question June 2019
Mr Brown's class
Upper Sixth
upper sixth
final final essay
s1234567_essay
Ann - Stalin essay
Ann Stalin essay
annsmith
"""


@pytest.mark.parametrize("name", NOBODYS.strip().splitlines())
def test_what_is_a_title_or_too_little_names_nobody(stalin, name):
    assert person_in(name, stalin) == ""


def test_a_name_alone_in_a_line(stalin):
    for line in ("Ann Smith", "Ann Smith, 12B", "Ann Smith - Year 12 History", "Ann Smith 14/3/2024"):
        assert person_alone_in(line, stalin) == "Ann Smith"
    for line in ("ann smith", "Ann", "Ann Smith on Stalin", "Mr Brown", "Ann Smith and Bo Jones", "Joseph Stalin", ""):
        assert person_alone_in(line, stalin) == ""


def test_the_words_of_a_course(course, stalin):
    words = subject_words(course)
    assert words.in_title("stalin") and words.in_title("stalinist") and not words.in_title("coal")
    assert words.of_course("coal")
    # Students are called as people of the course are, and as places.
    assert "leon" in stalin.first_names and not stalin.in_title("leon") and not stalin.in_title("georgia")
    assert [plain(word) for word in ("Stalin’s,", "O'Neill")] == ["stalin", "o'neill"]
