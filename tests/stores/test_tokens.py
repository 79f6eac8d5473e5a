from concurrent.futures import ThreadPoolExecutor

from stores.tokens import _stem, estimate_tokens, index_terms, numeric


def test_english_is_stemmed_without_stop_words_and_number_separators_go() -> None:
    assert index_terms("The banks' Requirements of 1,234.50 USD") == ["bank", "requir", "1234.50", "usd"]


def test_han_gives_characters_and_overlapping_bigrams() -> None:
    assert index_terms("保存十年") == ["保", "存", "十", "年", "保存", "存十", "十年"]


def test_common_han_characters_stay_inside_bigrams_only() -> None:
    assert index_terms("银行的") == ["银", "行", "银行", "行的"]


def test_mixed_text_camel_case_and_letters_from_digits_come_apart() -> None:
    assert index_terms("FedNow在FY2018上线") == ["fed", "now", "fy", "2018", "上", "线", "上线"]


def test_full_width_and_half_width_are_one() -> None:
    assert index_terms("ＡＢＣ１２％") == index_terms("abc12%")


def test_accents_do_not_matter() -> None:
    assert index_terms("société") == index_terms("societe")


def test_numbers_are_told_in_both_languages() -> None:
    assert numeric("114.3") and numeric("十二") and not numeric("十条") and not numeric("bank")


def test_a_token_estimate_is_never_zero() -> None:
    assert estimate_tokens("") == 1 and estimate_tokens("银行" * 20) == 30


def test_many_threads_at_once_get_the_stems_that_one_gets() -> None:
    stems = ["organizational", "requirements", "reporting", "identification", "supervisory", "beneficial", "agencies"]
    words = ["".join((stem, chr(97 + i % 26), chr(97 + i // 26 % 26))) for i in range(600) for stem in stems]
    shared = [words[i::8] * 3 for i in range(8)]
    with ThreadPoolExecutor(8) as pool:
        together = list(pool.map(lambda some: [_stem(word) for word in some], shared))
    assert together == [[_stem(word) for word in some] for some in shared]
