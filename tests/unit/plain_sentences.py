"""Plain sentences in four languages whose word links no one would doubt; written by hand.

Each is a sentence, its English, and the links as "source-english" by place in ``split(" ")``.
Function words that have no partner of their own stand in no link.
"""

PLAIN = {
    "fr": [
        ("Je suis triste .", "I am sad .", "0-0 1-1 2-2 3-3"),
        ("Ma sœur est très contente", "My sister is very happy", "0-0 1-1 2-2 3-3 4-4"),
        ("Nous avons perdu le match", "We lost the game", "0-0 2-1 3-2 4-3"),
        ("Il déteste son nouveau travail", "He hates his new job", "0-0 1-1 2-2 3-3 4-4"),
        ("Mon père a une voiture rouge", "My father has a red car", "0-0 1-1 2-2 3-3 4-5 5-4"),
        ("Marie aime Paris", "Marie loves Paris", "0-0 1-1 2-2"),
    ],
    "es": [
        ("Estoy triste .", "I am sad .", "0-0 0-1 1-2 2-3"),
        ("Mi hermana está muy feliz", "My sister is very happy", "0-0 1-1 2-2 3-3 4-4"),
        ("Perdimos el partido ayer", "We lost the game yesterday", "0-0 0-1 1-2 2-3 3-4"),
        ("Él odia su nuevo trabajo", "He hates his new job", "0-0 1-1 2-2 3-3 4-4"),
        ("Mi padre tiene un coche rojo", "My father has a red car", "0-0 1-1 2-2 3-3 4-5 5-4"),
        ("María ama Madrid", "Maria loves Madrid", "0-0 1-1 2-2"),
    ],
    "nl": [
        ("Ik ben verdrietig .", "I am sad .", "0-0 1-1 2-2 3-3"),
        ("Mijn zus is heel blij", "My sister is very happy", "0-0 1-1 2-2 3-3 4-4"),
        ("We hebben de wedstrijd verloren", "We lost the game", "0-0 4-1 2-2 3-3"),
        ("Hij haat zijn nieuwe baan", "He hates his new job", "0-0 1-1 2-2 3-3 4-4"),
        ("Mijn vader heeft een rode auto", "My father has a red car", "0-0 1-1 2-2 3-3 4-4 5-5"),
        ("Marie houdt van Amsterdam", "Marie loves Amsterdam", "0-0 1-1 3-2"),
    ],
    "ru": [
        ("Мне грустно .", "I am sad .", "0-0 1-2 2-3"),
        ("Моя сестра очень счастлива", "My sister is very happy", "0-0 1-1 2-3 3-4"),
        ("Мы проиграли матч вчера", "We lost the game yesterday", "0-0 1-1 2-3 3-4"),
        ("Он ненавидит свою новую работу", "He hates his new job", "0-0 1-1 2-2 3-3 4-4"),
        ("У моего отца красная машина", "My father has a red car", "1-0 2-1 3-4 4-5"),
        ("Мария любит Москву", "Maria loves Moscow", "0-0 1-1 2-2"),
    ],
}  # fmt: skip


def gold(links: str) -> set[tuple[int, int]]:
    """The links of a sentence as pairs (source word, English word)."""
    pairs = (pair.split("-") for pair in links.split())
    return {(int(source), int(english)) for source, english in pairs}
