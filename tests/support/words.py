"""Texts in many scripts with their number of words, for both who count: the server and the script."""

WORDS = [
    ("", 0),
    (" \n\t ", 0),
    ("one", 1),
    ("She runs the homework table.", 5),
    ("don't well-being 3.5 e.g.", 4),
    ("- & * …", 0),
    ("👩🏽‍🏫", 0),
    ("before—after", 2),
    ("before--after", 2),
    ("two\nlines", 2),
    ("zero\u200bwidth", 2),
    ("Maalin maalmaha ka mid ah gabadhaydu waxay guriga la timid buug", 11),
    ("Cô ấy dạy con tôi", 5),
    ("مرحبا، كيف حالك؟", 3),
    ("ሰላም፡ለዓለም።", 2),
    ("你好世界", 2),
    ("我们的老师非常好。她每天都帮助学生。", 8),
    ("先生は素晴らしい", 4),
    ("สวัสดีครับ", 2),
    ("Ms. 王 teaches", 3),
]
