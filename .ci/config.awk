# SPDX-License-Identifier: MIT
# Reads Kconfig and a file of assignments; checks the assignments and writes them in another form.
#
#   awk -f config.awk -v mode=MODE [-v strict=1] [-v seed=N] [-v over="CONFIG_A=y ..."] Kconfig [FILE]
#
# MODE: header    C header, every symbol defined: 0, 1 or a number
#       full      every symbol, as Kconfig writes it
#       save      only what is on or differs from a default number
#       defconfig allno allyes rand    a new configuration; FILE is not read
#
# "=n", "is not set" and absent all mean off; an absent number is its default. POSIX awk only.

function complain(kind, text) { print kind ": " text | "cat 1>&2" }
function warn(text) { complain("warning", text) }
function fail(text) { complain("error", text); failed = 1 }

function indent_of(line,   n, i, c) {
    n = 0
    for (i = 1; i <= length(line); i++) {
        c = substr(line, i, 1)
        if (c == " ") n++
        else if (c == "\t") n += 8 - n % 8
        else break
    }
    return n
}
function both(a, b) { return a == "" ? b : b == "" ? a : "(" a ") && (" b ")" }
function scope(   all, i) {
    all = ""
    for (i = 1; i <= depth; i++) all = both(all, scope_dep[i])
    return all
}
function quoted(line,   a) { split(line, a, "\""); return a[2] }
function condition(line) {
    return match(line, /[ \t]if[ \t]+/) ? substr(line, RSTART + RLENGTH) : ""
}

# Expressions: names, y, n, !, &&, || and parentheses.
function eval(expression) {
    if (expression == "") return 1
    E = expression
    return or_term()
}
function skip() { sub(/^[ \t]+/, "", E) }
function or_term(   v, w) {
    v = and_term(); skip()
    while (substr(E, 1, 2) == "||") { E = substr(E, 3); w = and_term(); v = v || w; skip() }
    return v
}
function and_term(   v, w) {
    v = factor(); skip()
    while (substr(E, 1, 2) == "&&") { E = substr(E, 3); w = factor(); v = v && w; skip() }
    return v
}
function factor(   v, name) {
    skip()
    if (substr(E, 1, 1) == "!") { E = substr(E, 2); v = factor(); return !v }
    if (substr(E, 1, 1) == "(") {
        E = substr(E, 2); v = or_term(); skip(); E = substr(E, 2); return v
    }
    if (!match(E, /^[A-Za-z0-9_]+/)) { fail("Kconfig: cannot read \"" E "\""); E = ""; return 0 }
    name = substr(E, 1, RLENGTH); E = substr(E, RLENGTH + 1)
    return name == "y" || value[name] == "y"
}
# "A || B" -> "CONFIG_A || CONFIG_B", for messages.
function spell(expression,   out, word) {
    out = ""
    while (match(expression, /[A-Za-z0-9_]+/)) {
        word = substr(expression, RSTART, RLENGTH)
        out = out substr(expression, 1, RSTART - 1) (word in type ? "CONFIG_" word : word)
        expression = substr(expression, RSTART + RLENGTH)
    }
    out = out expression
    while (match(out, /^\([^()]*\)$/)) out = substr(out, 2, length(out) - 2)
    return out
}

function visible_value(name,   i) {
    for (i = 1; i <= defaults[name]; i++)
        if (eval(default_if[name, i])) return default_value[name, i]
    return type[name] == "int" ? 0 : "n"
}

# One Kconfig line.
function kconfig(line,   word, a, n) {
    if (in_help) {
        if (line ~ /^[ \t]*$/) return
        if (help_indent < 0) help_indent = indent_of(line)
        if (help_indent > keyword_indent && indent_of(line) >= help_indent) return
        in_help = 0
    }
    if (line ~ /^[ \t]*(#|$)/) return
    n = indent_of(line)
    sub(/^[ \t]+/, "", line); sub(/[ \t]+$/, "", line)
    split(line, a, /[ \t]+/); word = a[1]
    if (word == "help") { in_help = 1; help_indent = -1; keyword_indent = n }
    else if (word == "config") {
        current = a[2]; order[++symbols] = current; dep[current] = scope()
        choice_of[current] = choice
        if (choice) members[choice] = members[choice] (members[choice] == "" ? "" : " ") current
    } else if (word == "bool" || word == "int") {
        type[current] = word; prompt_if[current] = condition(line)
    } else if (word == "default") {
        if (current == "") { choice_default[choice] = a[2]; return }
        n = ++defaults[current]
        default_value[current, n] = a[2]; default_if[current, n] = condition(line)
    } else if (word == "range") { low[current] = a[2] + 0; high[current] = a[3] + 0 }
    else if (word == "depends") {
        sub(/^depends[ \t]+on[ \t]+/, "", line)
        if (in_comment) error_if[errors] = both(error_if[errors], line)
        else if (current != "") dep[current] = both(dep[current], line)
        else if (choice) { scope_dep[depth] = line; choice_dep[choice] = line }
    } else if (word == "choice") {
        choice = ++choices; current = ""; depth++; scope_dep[depth] = ""
    } else if (word == "endchoice") { choice = 0; depth--; current = "" }
    else if (word == "menu") { depth++; scope_dep[depth] = ""; current = "" }
    else if (word == "if") { depth++; sub(/^if[ \t]+/, "", line); scope_dep[depth] = line }
    else if (word == "endmenu" || word == "endif") { depth--; current = "" }
    else if (word == "comment") { error_text[++errors] = quoted(line); error_if[errors] = scope() }
    else if (word != "mainmenu" && word != "prompt") fail("Kconfig:" FNR ": unknown word \"" word "\"")
    if (word != "depends") in_comment = word == "comment"
}

function assign(line, where,   name, val) {
    sub(/\r$/, "", line); sub(/[ \t]+$/, "", line)
    if (line ~ /^# CONFIG_[A-Za-z0-9_]+ is not set$/) {
        name = line; sub(/^# CONFIG_/, "", name); sub(/ is not set$/, "", name); val = "n"
    } else if (line ~ /^[ \t]*(#|$)/) return
    else if (line ~ /^CONFIG_[A-Za-z0-9_]+[ \t]*:?=/) {
        name = line; sub(/^CONFIG_/, "", name); sub(/[ \t]*:?=.*/, "", name)
        val = line; sub(/^[^=]*=[ \t]*/, "", val)
    } else { fail(where ": not an assignment: " line); return }
    if (!(name in type)) {
        if (strict) fail(where ": unknown symbol CONFIG_" name " (STRICT=1)")
        else warn(where ": unknown symbol CONFIG_" name " ignored")
        return
    }
    if (type[name] == "bool") {
        if (val == "") val = "n"
        if (val != "y" && val != "n") {
            fail(where ": CONFIG_" name "=" val ": must be y or n"); return
        }
    } else if (val == "n" || val == "") return
    else if (val !~ /^[0-9]+$/) {
        fail(where ": CONFIG_" name "=" val ": must be a number"); return
    } else if (val + 0 < low[name] || val + 0 > high[name]) {
        fail(where ": CONFIG_" name "=" val ": must be " low[name] " to " high[name]); return
    } else val = sprintf("%d", val + 0)
    value[name] = val
}

function check(   i, name, n, m, a, on, list) {
    for (i = 1; i <= symbols; i++) {
        name = order[i]
        if (type[name] == "bool" && value[name] == "y" && !eval(dep[name]))
            fail("CONFIG_" name "=y needs " spell(dep[name]) ", which is off")
    }
    for (i = 1; i <= choices; i++) {
        if (!eval(choice_dep[i])) continue
        n = split(members[i], a, " "); on = 0; list = ""
        for (m = 1; m <= n; m++) {
            if (value[a[m]] == "y") on++
            list = list (m == 1 ? "" : m == n ? " and " : ", ") "CONFIG_" a[m]
        }
        if (on != 1) fail("exactly one of " list " must be on, " (on ? "not both" : "none is"))
    }
    for (i = 1; i <= errors; i++)
        if (error_text[i] ~ /^Error: / && eval(error_if[i])) fail(substr(error_text[i], 8))
}

function create(   i, name, n, a, pick) {
    for (i = 1; i <= symbols; i++) delete value[order[i]]
    for (i = 1; i <= choices; i++) {
        n = split(members[i], a, " ")
        picked[i] = mode == "rand" ? a[1 + int(rand() * n)] : choice_default[i]
    }
    for (i = 1; i <= symbols; i++) {
        name = order[i]; pick = visible_value(name)
        if (type[name] == "int") {
            if (mode == "rand") pick = low[name] + int(rand() * (high[name] > 1024 ? 1024 : high[name]))
        } else if (!eval(dep[name])) pick = "n"
        else if (choice_of[name]) pick = picked[choice_of[name]] == name ? "y" : "n"
        else if (!eval(prompt_if[name])) pick = pick
        else if (mode == "allno") pick = "n"
        else if (mode == "allyes") pick = "y"
        else if (mode == "rand") pick = rand() < 0.5 ? "y" : "n"
        value[name] = pick
    }
}

function write(   i, name) {
    if (mode == "header") print "/* Generated from Kconfig and config.mk. */"
    else print "# kring's configuration: assignments only, as Kconfig writes them."
    for (i = 1; i <= symbols; i++) {
        name = order[i]
        if (mode == "header")
            print "#define CONFIG_" name " " (type[name] == "int" ? value[name] : value[name] == "y")
        else if (type[name] == "int") {
            if (mode != "save" || value[name] != default_value[name, 1])
                print "CONFIG_" name "=" value[name]
        } else if (value[name] == "y") print "CONFIG_" name "=y"
        else if (mode != "save") print "# CONFIG_" name " is not set"
    }
}

FNR == 1 { file++ }
file == 1 { kconfig($0); next }
{ if (!given) given = 1; assign($0, FILENAME ":" FNR) }

END {
    if (mode == "header" || mode == "full" || mode == "save") {
        n = split(over, word, " ")
        for (i = 1; i <= n; i++) assign(word[i], "command line")
        for (i = 1; i <= symbols; i++)
            if (!(order[i] in value))
                value[order[i]] = type[order[i]] == "int" ? default_value[order[i], 1] : "n"
        check()
    } else {
        if (seed != "") srand(seed + 0); else srand()
        create()
    }
    if (!failed) write()
    close("cat 1>&2")
    exit failed
}
