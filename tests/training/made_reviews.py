"""Reviews for the tests, made by us: short, few, and easy to tell apart."""

from training.data.reviews import Review, Reviews

PRAISE = ("I love film number {}, it is great.", "{}号东西很好看,我非常喜欢。")
BLAME = ("I hate film number {}, it is awful.", "{}号东西很难看,我非常失望。")


def made_part(count, first=0):
    """Praise and blame in turn; English and Chinese in turn."""
    numbers = range(first, first + count)
    praise = [Review(PRAISE[number % 2].format(number), 1) for number in numbers]
    return praise + [Review(BLAME[number % 2].format(number), 0) for number in numbers]


def made_reviews():
    """Three parts with the names of the real ones."""
    return Reviews(
        {"IMDB": made_part(60), "online shopping": made_part(40, 100)},
        {"IMDB": made_part(12, 200), "ChnSentiCorp": made_part(12, 300)},
        {"IMDB": made_part(15, 400), "ChnSentiCorp": made_part(15, 500)},
    )
