<?php
// How MariaDB's utf8mb4_unicode_ci compares text: the PHP half of collation.py, which says more.

function folded(?string $text): string {
    static $bare = null;
    $bare ??= Transliterator::create('NFKD; [:^ccc=0:] Remove');
    $text ??= '';
    if (!preg_match('/[^\x00-\x7f]/', $text)) {
        return rtrim(strtolower($text), ' ');
    }
    return rtrim(mb_convert_case($bare->transliterate($text), MB_CASE_FOLD, 'UTF-8'), ' ');
}

function compared(string $first, string $second): int {
    return strcmp(folded($first), folded($second));
}
