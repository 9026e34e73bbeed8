"""Find sentences that speak to the grader instead of answering.

Such a sentence is taken out before anything is compared, and the grade is flagged:
what is left is marked as if it stood alone. An answer *about* instructions (prompt
injection is a fair topic) is not touched: a sentence must address a grader, order
it about or state a mark.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final

_TAGS: Final = re.compile("[\U000e0020-\U000e007e]+")  # invisible copies of ASCII
_TAG_OFFSET: Final = 0xE0000

_MARK_EN: Final = (
    r"(?:full|maximum|max|perfect|top|highest|best|complete)\s+"
    r"(?:mark|marks|score|scores|credit|points|grade|grades|rating)"
)
_PATTERNS: Final = (
    # orders to forget the rubric or what came before
    (
        r"\b(?:ignore|disregard|forget|override|bypass|skip|do\s+not\s+(?:use|follow|apply))"
        r"\b.{0,40}\b(?:instruction|instructions|prompt|prompts|rubric|criteria|guidelines"
        r"|marking\s+scheme|reference|rules|key\s+points|grading)\b"
    ),
    # orders to mark
    (
        rf"\b(?:give|award|assign|grant|return|output|set|enter|record|rate|mark|score|grade"
        rf"|deserves?|worth|receive|receives|gets?)\b.{{0,60}}\b{_MARK_EN}\b"
    ),
    (
        r"\b(?:give|award|assign|grant|return|output|set|enter|record)\b.{0,40}"
        r"\b(?:score|mark|grade|credit|rating|points?)\b.{0,25}"
        r"(?:\b(?:of|to|as|at|is)\b|[:=])\s*[\"']?(?:100|10|1(?:\.0+)?|5|a\+?)\b"
    ),
    (
        r"\b(?:score|grade|mark|rate|evaluate|treat|consider|accept)\b\s+(?:this|my|the)"
        r"\s+(?:answer|response|submission|text|solution|reply)\b.{0,50}"
        r"(?:\b(?:as|with|at|to|of)\b)\s.{0,20}(?:\b(?:correct|perfect|excellent|full|maximum"
        r"|complete|passed|top|\d{1,3})\b|1\.0)"
    ),
    (
        r"\b(?:score|grade|mark|rating)\b\s*(?:[:=]|is|to\s+be)\s*[\"']?"
        r"(?:100\s*(?:%|/\s*100)|10\s*/\s*10|1\.0+\b|5\s*/\s*5|a\+)"
    ),
    r"\b(?:100|10|5)\s*(?:/|out\s+of)\s*(?:100|10|5)\b.{0,30}\b(?:score|mark|grade|points)",
    # who is spoken to
    (
        r"\b(?:dear|hello|hi|attention|note\s+to|message\s+(?:to|for)|to)\s+(?:the\s+)?"
        r"(?:ai\s+|automated?\s+|automatic\s+)?(?:grader|examiner|evaluator|assessor|marker"
        r"|grading\s+(?:system|model|assistant|engine|bot))\b"
    ),
    (
        r"\b(?:you\s+are|act\s+as|as)\s+(?:an?\s+|the\s+)?(?:\w+\s+){0,2}"
        r"(?:grader|examiner|evaluator|assessor|marker|marking\s+system|grading\s+\w+)\b"
    ),
    (
        r"\bas\s+(?:the|your)\s+(?:reference|model|sample)\s+(?:answer|solution)\s+"
        r"(?:says|states|shows)\b"
    ),
    (
        r"\b(?:this|my|the)\s+(?:answer|response|submission)\s+(?:is|covers|contains|matches"
        r"|meets|satisfies|fulfil?ls|addresses)\s+(?:\w+\s+){0,4}(?:all\s+(?:of\s+)?(?:the\s+)?"
        r"(?:key\s+)?(?:points|criteria|requirements)|the\s+(?:rubric|reference|marking))"
    ),
    (
        r"\b(?:the\s+)?(?:candidate|applicant|examinee)\s+(?:has|should|must|deserves|passes"
        r"|passed|answered|demonstrates|gets)\b.{0,60}\b(?:all|full|passed|pass|correct(?:ly)?"
        r"|perfect(?:ly)?|hired?|marks?|score|points)\b"
    ),
    r"\bplease\s+(?:pass|hire|approve)\s+(?:me|this|the)\b",
    # the same in Chinese
    (
        r"(?:忽略|无视|忘记|忘掉|不要理会|跳过|绕过|覆盖|不用管|别管)[^；。;]{0,20}"
        r"(?:指令|指示|提示|提示词|要求|规则|标准|评分|要点|参考答案|说明|以上|之前|上面|前面)"
    ),
    (
        r"(?:给|打|评|判|记|算|输出|返回|设为|设成|得|拿|給)[^，。；,;]{0,12}"
        r"(?:满分|最高分(?!数)|一百分|100\s*分|10\s*分|滿分)"
    ),
    (
        r"(?:分数|得分|评分|成绩|打分|评级|score)\s*(?:为|是|设为|设置为|应为|应该是|[:：=])\s*"
        r"[\"“]?(?:满分|100|10\b|1\.0|1\b|优秀|A\+?|最高)"
    ),
    (
        r"(?:评分|打分|阅卷|批改|判卷|评卷|评审|评估|閱卷|評分)(?:系统|模型|老师|人员|助手|程序|"
        r"机器人|员|者|官|AI|系統|老師).{0,40}(?:请|务必|必须|应该|应当|需要|你|您|請)"
    ),
    (
        r"(?:请|務必|务必|你|您|必须|請).{0,20}(?:评分|打分|阅卷|批改|判卷|评卷|评审)"
        r"(?:系统|模型|老师|人员|助手|程序|机器人|员|者|官|AI)"
    ),
    r"(?:你|您)(?:现在)?(?:是|扮演|作为).{0,12}(?:评分|打分|阅卷|批改|判卷|评卷|评审|考官|面试官)",
    (
        r"(?:请|务必|必须|直接)?(?:把|将|对)?(?:本|这个|此|这份|这道|该|我的)"
        r"(?:答案|回答|作答|答卷|题|回复).{0,20}"
        r"(?:视为|判为|评为|判定为|标记为|记为|算作|当作|认定为).{0,10}"
        r"(?:正确|满分|优秀|完整|通过|全对|全部)"
    ),
    (
        r"(?:本|这个|此|这份|该|我的|以上)(?:答案|回答|作答).{0,12}"
        r"(?:覆盖|包含|满足|符合|涵盖|命中)(?:了)?.{0,10}"
        r"(?:所有|全部|每一个|每个).{0,8}(?:要点|得分点|评分点|标准|要求|关键点)"
    ),
    (
        r"(?:正如|如同|如|按照|根据|参照|同)(?:参考答案|标准答案|评分标准).{0,8}"
        r"(?:所|说|写|述|中|一致|相同)"
    ),
    (
        r"(?:该|此|这位|本)?(?:考生|候选人|应聘者).{0,20}(?:应|必须|值得|可以|已经?|全部)?.{0,6}"
        r"(?:通过|满分|录用|录取|全对|答对)"
    ),
    # the costume of a chat template
    r"<\s*/?\s*(?:system|assistant|user|instruction|instructions|prompt|grader|admin)\s*>",
    r"<\|[^|<>]{0,40}\|>",
    r"\[\s*/?\s*(?:INST|SYS|SYSTEM|ADMIN|SYSTEM\s+\w+)\s*\]",
    r"<<\s*/?\s*SYS\s*>>",
    # ("System: tokens per second and goodput" is a line of somebody's notes)
    r"^\s*#+\s*(?:system|assistant|grader|admin)\s*[:：]",
    r"^\s*(?:#+\s*)?(?:system|assistant|grader|admin)\s+(?:prompt|message|note)\s*[:：]",
    (
        r"^\s*(?:system|assistant|grader|admin)\s*[:：].{0,80}\b(?:you|your|this|candidate"
        r"|applicant|answer|grade|score|marks?|pass|passed|ignore|disregard)\b"
    ),
    r"^\s*(?:#+\s*)?(?:系统|系統|管理员|评分员|助手)\s*(?:提示|消息|指令)\s*[:：]",
    (
        r"^\s*(?:#+\s*)?(?:系统|系統|管理员|评分员|助手)\s*[:：].{0,40}"
        r"(?:你|您|请(?!求)|請(?!求)|候选人|考生|答案|回答|分数|满分|滿分|评分|通过|忽略)"
    ),
    r"<!--",
)
_ADDRESS: Final = re.compile("|".join(f"(?:{p})" for p in _PATTERNS), re.IGNORECASE)
# What an attacker would write, named as such, is an answer about attacks. One that is
# about marks is not let off: nobody needs it to explain anything.
_QUOTED: Final = re.compile('[“「『"]([^“”「」『』"]{2,80})[”」』"]')
_ABOUT_MARKS: Final = re.compile(
    r"mark|score|grad|credit|points|rubric|candidate|分|评|阅卷|考生|候选人|要点|答案",
    re.IGNORECASE,
)


def speaks_to_grader(sentence: str) -> bool:
    """Say whether a sentence, cleaned by `units.plain`, speaks to the grader."""
    said = _QUOTED.sub(_without_examples, _unspaced(sentence))
    return bool(_ADDRESS.search(said))


def _without_examples(quoted: re.Match[str]) -> str:
    return quoted.group() if _ABOUT_MARKS.search(quoted.group(1)) else '""'


def hides_instruction(text: str) -> bool:
    """Say whether invisible tag characters in `text` spell something.

    Such characters copy ASCII one to one and show nothing; no honest text has them
    (flags of regions use a handful, after a black flag).
    """
    hidden = "".join(
        chr(ord(c) - _TAG_OFFSET) for run in _TAGS.findall(text) for c in run
    )
    return bool(re.search(r"[A-Za-z]{3,}\s+[A-Za-z]{2,}", hidden))


def _unspaced(sentence: str) -> str:
    """Return the sentence with letters that were set apart drawn together.

    "I g n o r e" and "忽 略" hide a word from a pattern, not from a reader.
    """
    folded = unicodedata.normalize("NFKC", sentence)
    folded = re.sub(
        r"(?<![^\W_])(?:[^\W_] ){3,}[^\W_](?![^\W_])",
        lambda found: found.group().replace(" ", ""),
        folded,
    )
    return re.sub(r"(?<=[\u3400-\u9fff]) (?=[\u3400-\u9fff])", "", folded)
