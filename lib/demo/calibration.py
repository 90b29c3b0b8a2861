"""Calibration constants of the demo, each with its source.

"Notice" is a notice of the State Administration for Market Regulation on supervision sampling; the figures are in
``data/reference/published_figures.csv``. "Derived" is arithmetic on published figures, "assumed" has no published
figure behind it.
"""

from typing import Final

YEARS: Final = (2020, 2021, 2022, 2023, 2024, 2025)

#: Blocks of categories that behave differently.
BLOCKS: Final = ("tableware", "catering", "fresh", "processed")

#: Share of batches by block, notice 2024 no. 13 (year 2023): 242 349, 529 531, 2 855 387, 3 370 122 of 6 997 389.
BLOCK_SHARE: Final = (0.0346, 0.0757, 0.4081, 0.4816)

#: Unqualified rate (%) by year, as published: 2.31, 2.69, 2.86, 2.73, 2.96; 2025 derived from 2.61 against
#: 2.78 in the first halves of 2025 and 2024.
PUBLISHED_RATE: Final = {2020: 2.31, 2021: 2.69, 2022: 2.86, 2023: 2.73, 2024: 2.96, 2025: 2.78}

#: Unqualified rate (%) of each block by year. 2023: notice 2024 no. 13 (19.29, 1.32, 3.53, 1.08). 2022: tableware
#: 18.76 and other catering 1.79 from notice 2023 no. 12. 2024: tableware from notice 2024 no. 26 (third
#: quarter). The rest is derived so that the blocks add up to the published rate and item-group shares of the year.
BLOCK_RATE: Final = {
    2020: (17.0, 1.70, 2.50, 1.18),
    2021: (18.5, 1.80, 3.11, 1.32),
    2022: (18.76, 1.79, 3.65, 1.21),
    2023: (19.29, 1.32, 3.53, 1.08),
    2024: (19.6, 1.33, 3.83, 1.26),
    2025: (19.0, 1.25, 3.54, 1.18),
}

#: Unqualified rate (%) of the five staples by year as published (2020: third quarter; 2025: first half).
STAPLE_RATE: Final = {
    "01": (1.24, 0.84, 0.68, 0.52, 0.54, 0.37),
    "02": (2.03, 1.35, 1.13, 0.80, 0.72, 0.46),
    "04": (1.38, 1.26, 1.06, 0.81, 0.81, 0.61),
    "19": (0.31, 0.24, 0.27, 0.14, 0.12, 0.12),
    "05": (0.16, 0.13, 0.12, 0.13, 0.09, 0.03),
}

#: Batch share and rate factor of each quarter. Shares: 2024 Q1 769 478 and Q3 2 087 424 of 6 794 937; first half
#: of 2023 41.8 % and of 2022 36.1 %. Rates: Q1 2024 2.36 of 2.96, Q2 2023 2.49 of 2.73, Q3 2021 2.59 of 2.69, Q4 2022
#: 3.23 of 2.86.
QUARTER_SHARE: Final = (0.113, 0.270, 0.307, 0.310)
QUARTER_FACTOR: Final = (0.80, 0.94, 0.99, 1.13)

#: Item groups in the order used by every array of groups.
GROUPS: Final = ("PEST", "MICRO", "ADD", "ORG", "VET", "METAL", "QUAL", "TOXIN", "ILLEGAL")

#: Published share (%) of unqualified samples by item group (notices 2022 no. 15, 2023 no. 12, 2024 no. 13; 2024
#: from the official newspaper of 2025-07-16).
PUBLISHED_GROUP_SHARE: Final = {
    2021: {
        "PEST": 26.38,
        "MICRO": 22.40,
        "ADD": 12.24,
        "ORG": 8.30,
        "VET": 10.10,
        "METAL": 8.36,
        "QUAL": 8.68,
    },
    2022: {
        "PEST": 33.31,
        "MICRO": 20.73,
        "ADD": 9.65,
        "ORG": 11.12,
        "VET": 7.85,
        "METAL": 8.04,
        "QUAL": 7.63,
    },
    2023: {
        "PEST": 37.66,
        "MICRO": 18.81,
        "ADD": 13.08,
        "ORG": 11.01,
        "VET": 7.90,
        "METAL": 5.85,
        "QUAL": 4.60,
    },
    2024: {
        "PEST": 39.56,
        "MICRO": 16.73,
        "ADD": 15.03,
        "ORG": 12.78,
        "VET": 6.57,
        "METAL": 4.52,
        "QUAL": 3.83,
    },
}

#: The same shares split over the blocks (derived: pesticides, veterinary drugs and most metals belong to fresh
#: produce, detergents to tableware; what the notices leave unnamed goes to biotoxins and non-edible substances).
BLOCK_GROUP: Final[dict[int, tuple[dict[str, float], ...]]] = {
    2021: (
        {"MICRO": 17.3, "ORG": 6.5},
        {"ADD": 2.5, "MICRO": 1.6, "QUAL": 0.4, "ILLEGAL": 0.3},
        {"PEST": 26.38, "VET": 10.1, "METAL": 8.1, "ORG": 1.5, "TOXIN": 0.3},
        {"ADD": 9.7, "QUAL": 8.3, "MICRO": 3.5, "ORG": 0.3, "METAL": 0.26, "TOXIN": 1.0},
    ),
    2022: (
        {"MICRO": 14.5, "ORG": 8.2},
        {"ADD": 2.0, "MICRO": 1.4, "QUAL": 0.3, "ILLEGAL": 0.2},
        {"PEST": 33.31, "VET": 7.85, "METAL": 7.8, "ORG": 2.6, "TOXIN": 0.3},
        {"ADD": 7.6, "QUAL": 7.3, "MICRO": 4.8, "ORG": 0.3, "METAL": 0.2, "TOXIN": 0.6},
    ),
    2023: (
        {"MICRO": 15.4, "ORG": 9.0},
        {"ADD": 2.0, "MICRO": 1.1, "QUAL": 0.3, "ILLEGAL": 0.1},
        {"PEST": 37.66, "VET": 7.9, "METAL": 5.6, "ORG": 1.5, "TOXIN": 0.1},
        {"ADD": 11.0, "QUAL": 4.3, "MICRO": 2.3, "ORG": 0.5, "METAL": 0.2, "TOXIN": 0.6},
    ),
    2024: (
        {"MICRO": 12.6, "ORG": 10.3},
        {"ADD": 1.8, "MICRO": 1.0, "QUAL": 0.2, "ILLEGAL": 0.1},
        {"PEST": 39.56, "VET": 6.57, "METAL": 4.3, "ORG": 2.1, "TOXIN": 0.2},
        {"ADD": 13.2, "QUAL": 3.6, "MICRO": 3.1, "ORG": 0.4, "METAL": 0.2, "TOXIN": 0.5},
    ),
}

#: Purposes and tiers: supervision sampling first (assumed; no published split by purpose).
PURPOSES: Final = ("监督抽检", "抽检监测", "风险监测", "评价性抽检")
PURPOSE_SHARE: Final = (0.80, 0.11, 0.06, 0.03)
PURPOSE_FACTOR: Final = (1.0, 1.0, 0.0, 0.7)
#: Problem rate as a multiple of the unqualified rate, for purposes with a monitoring verdict (assumed).
PROBLEM_FACTOR: Final = (0.0, 0.4, 1.2, 0.0)
TIERS: Final = ("国抽", "省抽", "市抽", "县抽")
TIER_SHARE: Final = (0.07, 0.20, 0.33, 0.40)

#: Kinds of sampling, their share and how much oftener they find a failure than routine sampling (assumed; the
#: campaign of 2021 in Inner Mongolia found 15.6 % against 3 % in routine sampling).
KINDS: Final = ("常规", "靶向", "专项", "跟踪", "公众点检")
KIND_SHARE: Final = (0.86, 0.05, 0.05, 0.02, 0.02)
KIND_LIFT: Final = (1.0, 2.8, 1.5, 1.8, 1.2)

#: Days from sampling to report: gamma with this shape and these means (failing results take longer; the
#: scenario of a simulation on reporting lag, see docs/DEMO.md).
LAG_SHAPE: Final = 4.0
LAG_MEAN_FAILING: Final = 30.0
LAG_MEAN_PASSING: Final = 16.0

#: Share of samples never tested (assumed).
NOT_TESTED_SHARE: Final = 0.003

#: The one real change of the demo: county, category, first day, factor on the unqualified rate.
STEP_COUNTY: Final = "341222"
STEP_CATEGORY: Final = "33"
STEP_FROM: Final = "2024-09-01"
STEP_FACTOR: Final = 2.0
