"""The words of sheets, keys and feedback in German: by catalogue and key, as in English."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

GERMAN: Final[Mapping[str, Mapping[str, str]]] = {
    "page": {
        "lang": "de",
        "signed": "Name",
        "student_number": "Matrikelnr.",
        "points": "Punkte",
        "page": "Seite | von |",
        "more_rows": "… und {count:,} weitere Zeilen: Eine Datei enthält sie alle.",
    },
    "words": {
        "decimal": ",",
        "node": "Knoten",
        "value": "Wert",
        "partial": "lokale Ableitung",
        "formula": "Formel",
        "number": "Zahl",
        "share": "Beitrag",
        "adjoint": "Adjungierte",
        "tangent": "Tangente",
        "seed": "Startwert",
        "path": "Pfad",
        "product": "Produkt",
        "at": "bei",
        "input": "Eingabe",
        "key": "Lösung",
        "task": "Aufgabe",
        "sheet": "Blatt {seed}",
        "corner": (
            "Der Name eines Feldes steht in seiner Ecke: adjoint:t ist die Adjungierte von t."
        ),
        "brackets": "In Klammern stehen die Punkte jedes Feldes.",
        "yes": "ja",
        "no": "nein",
        "none": "–",
        "parameter": "Parameter",
        "gradient": "Gradient",
        "updated": "neuer Wert",
        "unit": "Einheit",
        "slope": "Steigung",
        "shape": "Form",
        "saturated": "gesättigt",
        "along": "entlang {name}",
        "back": "von {name} aus",
        "forward": "Vorwärtsmodus",
        "reverse": "Rückwärtsmodus",
        "equal": "beide gleich",
        "missing arrows": "Die fehlenden Pfeile, etwa a → b:",
        "also": "auch anerkannt: {answer} ({reason})",
        "arrows into": "Fehlende Pfeile zu {name} kommen von:",
        "halves": (
            "Die Gewichte zählen halbe Punkte. Geben Sie dieser Frage im Test {points} Punkte."
        ),
        "variant": "Variante {number}",
        "save": "Antworten als Datei speichern",
        "figure": "Ein Graph mit den Karten {cards}; und den Pfeilen {arrows}.",
        "empty card": "{name} mit leerer Formel",
        "arrow": "{begin} nach {end}",
        "arrow missing": "es fehlt: {begin} → {end}",
        "no arrow": "es gibt keinen Pfeil {begin} → {end}",
        "no step": "es gibt keinen Schritt {name}",
        "other arrows": "die Pfeile weichen an mehr als einer Stelle ab",
    },
    "titles": {
        "values": "Vorwärts: Werte",
        "forward-table": "Vorwärtstabelle",
        "partials": "Lokale Ableitungen",
        "adjoints": "Rückwärts: lokale Ableitungen und Adjungierte",
        "tangents": "Vorwärtsmodus in eine Richtung",
        "draw": "Den Graphen vervollständigen",
        "paths": "Summe über Pfade",
        "find-mistake": "Den Fehler finden",
        "descent": "Ein Schritt des Gradientenabstiegs",
        "count": "Operationen zählen",
        "jacobian": "Die Jacobi-Matrix auf beiden Wegen",
        "saturation": "Sättigung erkennen",
        "matrices": "Vektoren und Matrizen",
    },
    "instructions": {
        "values": "Berechnen Sie den Wert jedes Schritts. Rechnen Sie mit vier Stellen.",
        "forward-table": (
            "Vorwärtsmodus entlang {direction}. Eine Zeile für jede Kante mit ihrer lokalen "
            "Ableitung; für jeden Knoten sein Wert und seine Tangente, die Summe über seine "
            "Operanden von lokaler Ableitung × Tangente. Rechnen Sie mit vier Stellen."
        ),
        "partials": (
            "Eine Zeile für jede Kante: die lokale Ableitung als Formel in den Namen der Operanden "
            "und als Zahl."
        ),
        "adjoints": (
            "Rückwärtsmodus, von {output} aus: Ein Beitrag ist die Adjungierte des Nachfolgers mal "
            "die lokale Ableitung der Kante; die Adjungierte eines Knotens ist die Summe seiner "
            "Beiträge."
        ),
        "adjoints_more": (
            "Rückwärtsmodus, von {output} aus. Eine Zeile für jede Kante: ihre lokale Ableitung "
            "als Formel und als Zahl, dann der Beitrag, der über sie kommt. Die Adjungierte eines "
            "Knotens ist die Summe seiner Beiträge."
        ),
        "tangents": (
            "Vorwärtsmodus in Richtung {direction}: Die Tangente eines Knotens ist die Summe über "
            "seine Operanden von lokaler Ableitung × Tangente."
        ),
        "draw": (
            "Füllen Sie die {blank} leeren Formeln in den Namen der Operanden aus und zeichnen Sie "
            "die {missing} fehlenden Pfeile. Die unteren Felder sind für später: links der Wert, "
            "rechts die Adjungierte."
        ),
        "draw_one": (
            "Füllen Sie die leeren Formeln ({blank}) in den Namen der Operanden aus und zeichnen "
            "Sie den fehlenden Pfeil. Die unteren Felder sind für später: links der Wert, rechts "
            "die Adjungierte."
        ),
        "paths": (
            "Die Ableitung von {output} nach {input} ist die Summe über alle Pfade von {input} zu "
            "{output}, jeder mit dem Produkt seiner lokalen Ableitungen. Berechnen Sie jedes "
            "Produkt und die Summe."
        ),
        "find-mistake": (
            "Jemand hat diese Adjungierten berechnet und einen Fehler gemacht; was danach kommt, "
            "folgt daraus. Finden Sie in der Reihenfolge der Zeilen die erste falsche Adjungierte "
            "und berichtigen Sie sie."
        ),
        "first wrong": "Das erste falsche Feld:",
        "corrected": "Die Zahl, die dort stehen müsste:",
        "descent": (
            "Ein Schritt des Gradientenabstiegs mit der Lernrate η = {rate}: Der neue Wert eines "
            "Parameters ist sein Wert minus η mal die Ableitung von {output} nach ihm. Die Daten "
            "bleiben, wie sie sind."
        ),
        "count": (
            "Werte und lokale Ableitungen sind bekannt. Zählen Sie, was jeder Modus mit ihnen tut: "
            "die Multiplikationen einer lokalen Ableitung mit einer Tangente oder Adjungierten und "
            "die Additionen der Ergebnisse. Jede zählt 1; eine lokale Ableitung, die an jeder "
            "Stelle 1 oder −1 ist, braucht keine Multiplikation."
        ),
        "count_forward": "Vorwärtsmodus, ein Durchgang entlang {name}:",
        "count_reverse": "Rückwärtsmodus, ein Durchgang von {name} aus:",
        "count_best": "Für alle Ableitungen von {output} ist billiger:",
        "jacobian": (
            "Berechnen Sie die Jacobi-Matrix auf beiden Wegen: im Vorwärtsmodus mit einem "
            "Durchgang für jede Eingabe, im Rückwärtsmodus mit einem für jede Ausgabe. "
            "Jeder Durchgang füllt eine Spalte seiner Tabelle. Die Ableitungen der Ausgaben "
            "nach den Eingaben stehen in beiden Tabellen und müssen übereinstimmen."
        ),
        "matrices": (
            "Berechnen Sie Form und Einträge jedes Werts; dann, von {output} aus rückwärts, die "
            "jeder Adjungierten: die Ableitungen von {output} nach den Einträgen, jede an der "
            "Stelle ihres Eintrags. Eine Matrix steht zeilenweise, ein Vektor in einer Zeile. "
            "Rechnen Sie mit vier Stellen."
        ),
        "saturation": (
            "Eine Einheit ist gesättigt, wo die Steigung ihrer Aktivierung kleiner als {limit} "
            "ist: Es kommt kaum etwas von der Ableitung durch. Berechnen Sie Wert und Steigung "
            "jeder Einheit und entscheiden Sie."
        ),
    },
    "paid": {
        "one": "1 Punkt für jedes Feld: {cells}",
        "more": "je {points} Punkte: {cells}",
        "two one": "je {least} oder 1 Punkt: {cells}",
        "two more": "je {least} oder {points} Punkte: {cells}",
        "range one": "je {least} bis 1 Punkt: {cells}",
        "range more": "je {least} bis {points} Punkte: {cells}",
        "between": "; ",
        "last": " und ",
        "unpaid": " Ein Fehler in einem Feld ohne Punkte kostet das nächste Feld, das welche hat.",
        "alone": " Ein einzelner Fehler, richtig weitergerechnet, kostet höchstens {points}.",
        "point": "{points} Punkt",
        "points": "{points} Punkte",
        "paid_for": (
            "Seine Punkte gehen an den Fehler in „{cell}“ verloren, einem Feld ohne eigene Punkte."
        ),
        "paid_in part": (
            "Ein Teil seiner Punkte geht an den Fehler in „{cell}“ verloren, einem Feld ohne "
            "eigene Punkte."
        ),
        "trivial": (
            "Nach dem Fehler oben war hier nichts mehr zu rechnen, also gibt es keine Punkte."
        ),
    },
    "cells": {
        "value": "Wert",
        "formula": "Formel",
        "partial": "lokale Ableitung",
        "share": "Beitrag",
        "adjoint": "Adjungierte",
        "tangent": "Tangente",
        "path": "Produkt",
        "updated": "neuer Wert",
        "node": "Formel einer Karte",
        "arrows": "Zeichnung der Pfeile",
        "count": "Anzahl",
        "saturated": "Entscheidung",
        "shape": "Form",
        "mistake": "gefundenes falsches Feld",
        "corrected": "berichtigte Zahl",
    },
    "counts": {
        "0": "keine",
        "1": "eine",
        "2": "zwei",
        "3": "drei",
        "4": "vier",
        "5": "fünf",
        "6": "sechs",
        "7": "sieben",
        "8": "acht",
        "9": "neun",
        "10": "zehn",
        "11": "elf",
        "12": "zwölf",
    },
    "feedback": {
        "caption": "Was Sie sich noch einmal ansehen sollten",
        "cell": "Feld",
        "given": "Ihre Antwort",
        "verdict": "",
        "should": "richtig wäre",
        "right": "✓ richtig",
        "said": "worauf zu achten ist",
        "explained": "was geschehen ist",
        "nothing": "–",
        "wrong": "✗ falsch",
        "follows": "↳ folgt",
        "undecided": "? nicht gelesen",
        "missing": "leer",
        "wrong_said": (
            "Das ist nicht die Zahl, die hierher gehört, und auch nicht, was aus Ihren früheren "
            "Feldern folgt."
        ),
        "wrong_formula_said": "Das ist nicht die Formel, die hierher gehört.",
        "undecided_said": (
            "Das konnte nicht als Zahl gelesen oder verglichen werden. Schreiben Sie es in "
            "anderer Form, oder lassen Sie es stehen: Ihre Lehrkraft sieht es sich an."
        ),
        "undecided_formula_said": (
            "Das konnte nicht als Formel gelesen oder verglichen werden. Schreiben Sie es in "
            "anderer Form, oder lassen Sie es stehen: Ihre Lehrkraft sieht es sich an."
        ),
        "coarse": "≈ zu grob",
        "coarse_said": (
            "Das ist vielleicht richtig gemeint, aber zu grob gerundet: Geben Sie mehr Stellen an."
        ),
        "formula": "ƒ Formel gefragt",
        "formula_said": (
            "Das ist die Zahl an dieser Stelle; gefragt ist die Formel in den Namen der Operanden."
        ),
        "missing_said": "Hier steht noch nichts.",
        "follows_from": "Das passt zu oben: {cell}. Es wird anerkannt.",
        "carried": (" Was Sie daraus berechnet haben, stimmt: {count} Felder werden anerkannt."),
        "carried_one": " Was Sie daraus berechnet haben, stimmt: 1 Feld wird anerkannt.",
        "trivial": "Mit dieser Zahl wird alles danach 0 und ist nicht viel wert.",
        "or": " Oder: ",
        "credited": "{credited} von {cells} Feldern anerkannt",
        "count_right": "richtig",
        "count_wrong": "falsch",
        "count_follows": "passend zu einem früheren Fehler",
        "count_undecided": "nicht gelesen",
        "count_missing": "leer",
        "kind_value": "Wert von ",
        "kind_adjoint": "Adjungierte von ",
        "kind_tangent": "Tangente von ",
        "kind_share": "Beitrag ",
        "kind_formula": "Formel ",
        "kind_path": "Pfad ",
        "kind_updated": "neuer Wert von ",
        "kind_saturated": "Sättigung von ",
        "kind_shape": "Form von ",
        "kind_node": "Formel der Karte ",
        "which_adjoint": " von ",
        "which_tangent": " entlang ",
        "which_shape": ", der Adjungierten von ",
        "count_forward_of": "Operationen des Vorwärtsmodus entlang ",
        "count_reverse_of": "Operationen des Rückwärtsmodus von ",
        "count_cheaper_of": "billigerer Modus",
        "cell_arrows": "fehlende Pfeile",
        "cell_mistake": "erstes falsches Feld",
        "cell_corrected": "Zahl, die dort stehen müsste",
        "points": "{points} von {of} Punkten",
    },
    "sentences": {
        "overwrite-instead-of-accumulate": (
            "Bei diesem Knoten kommen mehrere Beiträge an; hier steht nur einer von ihnen."
        ),
        "forgotten-path": "In dieser Summe fehlt ein Weg durch den Graphen.",
        "forgotten-inner-derivative": "Die äußere Ableitung ist da, die innere fehlt.",
        "derivative-at-wrong-point": "Die Regel stimmt, aber sie steht an einer anderen Stelle.",
        "lost-sign": "Die Größe stimmt, das Vorzeichen nicht.",
        "exponent-not-lowered": (
            "Der Exponent kam als Faktor herunter, steht aber auch noch oben."
        ),
        "product-of-derivatives": "Die Ableitungen der beiden Faktoren wurden multipliziert.",
        "quotient-swapped": "Die beiden Glieder der Quotientenregel sind vertauscht.",
        "wrong-seed": "Der Durchgang beginnt mit einer anderen Zahl als 1.",
        "value-for-derivative": "Das ist der Wert des Schritts, nicht seine Ableitung.",
        "tangent-adjoint-confused": "Diese Zahl gehört zum anderen Modus.",
        "degrees": "Der Taschenrechner stand auf Grad.",
        "wrong-variable": "Das ist die richtige Funktion, aber von einer anderen Variablen.",
        "half-of-power-rule": "Das ist nur die eine Hälfte der Potenzregel.",
        "sign-added": "Hier steht ein Minus, das diese Regel nicht mitbringt.",
        "constant-factor": "Der konstante Faktor wurde nicht als solcher behandelt.",
        "sum-for-product": (
            "Eine Summe wurde wie ein Produkt behandelt oder ein Produkt wie eine Summe."
        ),
        "integrated": "Das ist eine Stammfunktion, nicht die Ableitung.",
        "shares-multiplied": "Die Beiträge wurden multipliziert.",
        "shares-averaged": "Das ist der Mittelwert der Beiträge.",
        "shares-subtracted": "Ein Beitrag wurde abgezogen, wo alle addiert werden.",
        "shares-divided": "Ein Beitrag wurde durch den anderen geteilt.",
        "factors-not-multiplied": (
            "Ein Beitrag ist ein Produkt zweier Faktoren; hier wurde etwas anderes mit ihnen "
            "gemacht."
        ),
        "ascent": "Dieser Schritt führt bergauf.",
        "incomplete-step": "Ein Teil des Schritts fehlt.",
        "transposed-product": "Eine Matrix dieses Produkts steht falsch herum.",
        "element-wise-product": (
            "Zwei einzelne Einträge wurden multipliziert, wo eine Zeile auf eine Spalte trifft."
        ),
        "forgotten-bias": "Der Bias fehlt.",
        "wrong-axis": "Das ist die Summe über die andere Achse.",
        "decimal": "Die Ziffern stimmen; sehen Sie sich das Komma an.",
        "transposed": "Zwei Ziffern haben die Plätze getauscht.",
        "sign": "Die Größe stimmt; sehen Sie sich das Vorzeichen an.",
        "exchanged": "Diese Zahl und die eines anderen Feldes haben die Plätze getauscht.",
    },
    "hints": {
        "overwrite-instead-of-accumulate": (
            "Wie viele Knoten verwenden diesen, und was schickt jeder von ihnen?"
        ),
        "forgotten-path": (
            "Über welche Pfeile kann eine kleine Änderung hier laufen? Steht jeder in der Summe?"
        ),
        "forgotten-inner-derivative": (
            "Was bewegt sich zuerst, und wie schnell bewegt sich dann der nächste Knoten?"
        ),
        "derivative-at-wrong-point": (
            "An welchem Wert ist die Ableitung dieses Schritts zu nehmen: vor dem Schritt oder "
            "danach?"
        ),
        "lost-sign": "Fällt oder steigt dieser Schritt, wenn sein Operand wächst?",
        "exponent-not-lowered": "Was geschieht beim Ableiten mit dem Exponenten einer Potenz?",
        "product-of-derivatives": (
            "Wenn sich nur ein Faktor eines Produkts bewegt, was macht der andere mit dieser "
            "Änderung?"
        ),
        "quotient-swapped": (
            "Wächst oder fällt ein Quotient, wenn sein Zähler wächst? Und wenn sein Nenner wächst?"
        ),
        "wrong-seed": "Wie schnell bewegt sich eine Größe im Vergleich zu sich selbst?",
        "value-for-derivative": (
            "Was ist hier gefragt: wie groß der Schritt ist oder wie schnell er sich ändert?"
        ),
        "tangent-adjoint-confused": (
            "Ist die Ableitung dieses Knotens nach der Eingabe gefragt oder die der Ausgabe nach "
            "diesem Knoten?"
        ),
        "degrees": "In welcher Einheit nimmt der Sinus hier seinen Winkel?",
        "wrong-variable": "Welcher Name steht in dieser Zeile in der Funktion?",
        "half-of-power-rule": "Beim Ableiten einer Potenz geschieht zweierlei. Was?",
        "sign-added": ("Sinus und Kosinus: Wessen Ableitung hat ein Minus? Und bei sinh und cosh?"),
        "constant-factor": "Was wird beim Ableiten eines Produkts aus einem konstanten Faktor?",
        "sum-for-product": "Addiert dieser Schritt seine Operanden oder multipliziert er sie?",
        "integrated": "Was ist hier gefragt: ableiten oder integrieren?",
        "shares-multiplied": (
            "Zwei Wege führen hier durch. Addieren sich ihre Wirkungen oder multipliziert die eine "
            "die andere?"
        ),
        "shares-averaged": (
            "Wenn jeder von zwei Wegen eine Änderung ganz weitergibt, wie viel kommt dann "
            "insgesamt an?"
        ),
        "shares-subtracted": "Mit welchem Vorzeichen bringt jeder Weg seinen Beitrag?",
        "shares-divided": (
            "Zwei Wege führen hier durch. Was ist mit dem zu tun, was auf ihnen ankommt?"
        ),
        "factors-not-multiplied": (
            "Wenn sich der nächste Knoten doppelt so schnell bewegt wie dieser und die Ausgabe "
            "dreimal so schnell wie jener, wie schnell bewegt sich dann die Ausgabe?"
        ),
        "ascent": "Der Verlust soll fallen. Gegen welche Richtung geht also der Parameter?",
        "incomplete-step": "Aus welchen drei Zahlen entsteht der neue Wert?",
        "transposed-product": "Welche Zeile trifft in diesem Eintrag auf welche Spalte?",
        "element-wise-product": "Aus wie vielen Produkten besteht die Summe in diesem Eintrag?",
        "forgotten-bias": "Was wird in diesem Schritt zum Produkt addiert?",
        "wrong-axis": (
            "Wozu wurde dieser Eintrag addiert: zu den Einträgen einer Zeile oder einer Spalte?"
        ),
        "decimal": "Wie groß muss diese Zahl ungefähr sein?",
        "transposed": "Stehen die Ziffern hier wie in Ihrem Taschenrechner?",
        "sign": "Liegt diese Zahl über oder unter null?",
        "exchanged": "Zu welcher Zeile gehört diese Zahl?",
    },
}
"""Titles and mistakes stand under the names of their records."""
