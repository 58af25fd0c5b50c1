-- Cells of a sheet as XML (SpreadsheetML, ECMA-376), byte for byte as XlsxWriter writes them in constant memory.
-- `place` is the address of the cell, such as B3; a null value gives no cell.
create or replace macro needs_escape(words) as regexp_matches(words, '[&<>\x00-\x08\x0b-\x1f\x{FFFE}\x{FFFF}]|_x');

-- XML has no control characters; a spreadsheet reads _xHHHH_ in their place, so a text that says that itself is
-- escaped.
create or replace macro escaped_sign(sign) as case
    when sign = '&' then '&amp;'
    when sign = '<' then '&lt;'
    when sign = '>' then '&gt;'
    when regexp_matches(sign, '[\x00-\x08\x0b-\x1f\x{FFFE}\x{FFFF}]') then printf('_x%04X_', unicode(sign))
    else sign
end;

create or replace macro escaped(words) as array_to_string(
    list_transform(
        string_split(regexp_replace(words, '(_x[0-9a-fA-F]{4}_)', '_x005F\1', 'g'), ''), lambda sign: escaped_sign(sign)
    ),
    ''
);

create or replace macro text_cell(place, words) as if(
    words is null,
    '',
    concat(
        '<c r="', place, '" t="inlineStr"><is><t', if(regexp_matches(words, '^[\s\p{Z}]|[\s\p{Z}]$'), ' xml:space="preserve"', ''), '>',
        if(needs_escape(words), escaped(words), words), '</t></is></c>'
    )
);

create or replace macro number_cell(place, figure) as if(
    figure is null, '', concat('<c r="', place, '"><v>', printf('%.16G', figure::double), '</v></c>')
);

-- A day is the number of days since 1899-12-30; `style` is the number of the format that shows it as a day.
create or replace macro day_cell(place, style, day) as if(
    day is null, '', concat('<c r="', place, '" s="', style, '"><v>', date_diff('day', date '1899-12-30', day), '</v></c>')
);
