{#-
Unicode NFC on Spark, which has no function for it: letters of Latin, Greek and Cyrillic that are written as a letter
and a mark become one. For each mark, in the order in which marks follow a letter, the letters without and with it.
A function of the database, because it is long; it is made at the start of every run.
-#}
{% macro letters_by_mark() %}
    {{ return([
        ('\\u0327', 'CÇcçGĢgģKĶkķLĻlļNŅnņRŖrŗSŞsşTŢtţEȨeȩDḐdḑHḨhḩ'),
        ('\\u0328', 'AĄaąEĘeęIĮiįUŲuųOǪoǫ'),
        ('\\u031b', 'OƠoơUƯuư'),
        ('\\u0323', 'BḄbḅDḌdḍHḤhḥKḲkḳLḶlḷMṂmṃNṆnṇRṚrṛSṢsṣTṬtṭVṾvṿWẈwẉZẒzẓAẠaạEẸeẹIỊiịOỌoọƠỢơợUỤuụƯỰưựYỴyỵ'),
        ('\\u0324', 'UṲuṳ'),
        ('\\u0325', 'AḀaḁ'),
        ('\\u0326', 'SȘsșTȚtț'),
        ('\\u032d', 'DḒdḓEḘeḙLḼlḽNṊnṋTṰtṱUṶuṷ'),
        ('\\u032e', 'HḪhḫ'),
        ('\\u0330', 'EḚeḛIḬiḭUṴuṵ'),
        ('\\u0331', 'BḆbḇDḎdḏKḴkḵLḺlḻNṈnṉRṞrṟTṮtṯZẔzẕhẖ'),
        ('\\u0302', 'AÂEÊIÎOÔUÛaâeêiîoôuûCĈcĉGĜgĝHĤhĥJĴjĵSŜsŝWŴwŵYŶyŷZẐzẑẠẬạậẸỆẹệỌỘọộ'),
        ('\\u0306', 'AĂaăEĔeĕGĞgğIĬiĭOŎoŏUŬuŭУЎИЙийуўЖӁжӂАӐаӑЕӖеӗȨḜȩḝẠẶạặ'),
        ('\\u0307', 'CĊcċEĖeėGĠgġIİZŻzżAȦaȧOȮoȯBḂbḃDḊdḋFḞfḟHḢhḣMṀmṁNṄnṅPṖpṗRṘrṙSṠsṡŚṤśṥŠṦšṧṢṨṣṩTṪtṫWẆwẇXẊxẋYẎyẏſẛ'),
        ('\\u0308', 'AÄEËIÏOÖUÜaäeëiïoöuüyÿYŸΙΪΥΫιϊυϋϒϔЕЁІЇеёіїАӒаӓӘӚәӛЖӜжӝЗӞзӟИӤиӥОӦоӧӨӪөӫЭӬэӭУӰуӱЧӴчӵЫӸыӹHḦhḧÕṎõṏŪṺūṻWẄwẅXẌxẍtẗ'),
        ('\\u030a', 'AÅaåUŮuůwẘyẙ'),
        ('\\u030b', 'OŐoőUŰuűУӲуӳ'),
        ('\\u0303', 'AÃNÑOÕaãnñoõIĨiĩUŨuũVṼvṽÂẪâẫĂẴăẵEẼeẽÊỄêễÔỖôỗƠỠơỡƯỮưữYỸyỹ'),
        ('\\u0304', 'AĀaāEĒeēIĪiīOŌoōUŪuūÜǕüǖÄǞäǟȦǠȧǡÆǢæǣǪǬǫǭÖȪöȫÕȬõȭȮȰȯȱYȲyȳИӢиӣУӮуӯGḠgḡḶḸḷḹṚṜṛṝ'),
        ('\\u0300', 'AÀEÈIÌOÒUÙaàeèiìoòuùÜǛüǜNǸnǹЕЀИЍеѐиѝĒḔēḕŌṐōṑWẀwẁÂẦâầĂẰăằÊỀêềÔỒôồƠỜơờƯỪưừYỲyỳ'),
        ('\\u0301', 'AÁEÉIÍOÓUÚYÝaáeéiíoóuúyýCĆcćLĹlĺNŃnńRŔrŕSŚsśZŹzźÜǗüǘGǴgǵÅǺåǻÆǼæǽØǾøǿ¨΅ΑΆΕΈΗΉΙΊΟΌΥΎΩΏϊΐαάεέηήιίϋΰοόυύωώϒϓГЃКЌгѓкќÇḈçḉĒḖēḗÏḮïḯKḰkḱMḾmḿÕṌõṍŌṒōṓPṔpṕŨṸũṹWẂwẃÂẤâấĂẮăắÊẾêếÔỐôốƠỚơớƯỨưứ'),
        ('\\u0309', 'AẢaảÂẨâẩĂẲăẳEẺeẻÊỂêểIỈiỉOỎoỏÔỔôổƠỞơởUỦuủƯỬưửYỶyỷ'),
        ('\\u030c', 'CČcčDĎdďEĚeěLĽlľNŇnňRŘrřSŠsšTŤtťZŽzžAǍaǎIǏiǐOǑoǒUǓuǔÜǙüǚGǦgǧKǨkǩƷǮʒǯjǰHȞhȟ'),
        ('\\u030f', 'AȀaȁEȄeȅIȈiȉOȌoȍRȐrȑUȔuȕѴѶѵѷ'),
        ('\\u0311', 'AȂaȃEȆeȇIȊiȋOȎoȏRȒrȓUȖuȗ')
    ]) }}
{% endmacro %}

{% macro create_functions() %}{{ return(adapter.dispatch('create_functions', 'loyalty_ladder')()) }}{% endmacro %}
{% macro duckdb__create_functions() %}{% endmacro %}
{% macro spark__create_functions() %}
    {%- if execute and flags.WHICH in ['build', 'run', 'test'] -%}
        {%- do run_query('create schema if not exists ' ~ target.schema) -%}
        {%- call statement('nfc', fetch_result=False) -%}
            create or replace function {{ target.schema }}.nfc(text string) returns string deterministic
            return case
                when not text rlike '[\u0300-\u0331]' then text
                else aggregate(
                    -- Twice: of several marks, which comes first differs from letter to letter.
                    flatten(array_repeat(array({% for mark, letters in letters_by_mark() %}
                        struct('{{ mark }}' as mark, '{{ letters }}' as letters){{ ',' if not loop.last }}
                    {%- endfor %}
                    ), 2)),
                    text,
                    (so_far, marked) -> case
                        when not contains(so_far, marked.mark) then so_far
                        else aggregate(
                            sequence(1, length(marked.letters), 2),
                            so_far,
                            (composed, n) -> replace(
                                composed,
                                substr(marked.letters, n, 1) || marked.mark,
                                substr(marked.letters, n + 1, 1)
                            )
                        )
                    end
                )
            end
        {%- endcall -%}
    {%- endif -%}
{% endmacro %}
