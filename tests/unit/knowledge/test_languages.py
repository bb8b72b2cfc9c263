"""Which language a question is in; English has the benefit of doubt."""

from __future__ import annotations

import csv
import gzip
import json
from pathlib import Path

import pytest

from knowledge.languages import LANGUAGE_CODES, language_code, language_of

SHARED = Path(__file__).parents[3].parent / "shared" / "data"


@pytest.mark.parametrize(
    ("language", "text"),
    [
        pytest.param("German", "Wie kann ich meine Daten exportieren?"),
        pytest.param("German", "Passwort vergessen"),
        pytest.param("German", "Wo finde ich die Rechnung?"),
        pytest.param("German", "Ich kann mich nicht anmelden"),
        pytest.param("German", "Rechnung"),
        pytest.param("German", "Wie lösche ich einen Fahrer"),
        pytest.param("German", "Was kostet Growth?"),
        pytest.param("German", "Können Fahrer offline arbeiten?"),
        pytest.param("German", "Die App stürzt ab"),
        pytest.param("German", "Kündigung"),
        pytest.param("French", "Comment exporter mes données ?"),
        pytest.param("French", "Où sont mes factures ?"),
        pytest.param("French", "J'ai oublié mon mot de passe"),
        pytest.param("French", "Je ne peux pas me connecter"),
        pytest.param("French", "Combien coûte le plan Growth ?"),
        pytest.param("French", "Est-ce que les chauffeurs peuvent travailler hors ligne ?"),
        pytest.param("French", "facture"),
        pytest.param("French", "Comment ajouter un chauffeur"),
        pytest.param("Spanish", "¿Cómo puedo exportar mis datos?"),
        pytest.param("Spanish", "Olvidé mi contraseña"),
        pytest.param("Spanish", "¿Dónde están mis facturas?"),
        pytest.param("Spanish", "No puedo iniciar sesión"),
        pytest.param("Spanish", "¿Cuánto cuesta el plan Growth?"),
        pytest.param("Spanish", "los conductores pueden trabajar sin conexión"),
        pytest.param("Spanish", "como agrego un conductor"),
        pytest.param("Portuguese", "Como posso exportar meus dados?"),
        pytest.param("Portuguese", "Esqueci minha senha"),
        pytest.param("Portuguese", "Onde estão as faturas?"),
        pytest.param("Portuguese", "Não consigo entrar"),
        pytest.param("Portuguese", "Quanto custa o plano Growth?"),
        pytest.param("Italian", "Come posso esportare i miei dati?"),
        pytest.param("Italian", "Ho dimenticato la password"),
        pytest.param("Italian", "Dove sono le fatture?"),
        pytest.param("Italian", "Non riesco ad accedere"),
        pytest.param("Italian", "Quanto costa il piano Growth?"),
        pytest.param("Dutch", "Hoe kan ik mijn gegevens exporteren?"),
        pytest.param("Dutch", "Wachtwoord vergeten"),
        pytest.param("Dutch", "Waar vind ik mijn facturen?"),
        pytest.param("Dutch", "Ik kan niet inloggen"),
        pytest.param("Dutch", "Wat kost het Growth plan?"),
        pytest.param("Dutch", "kunnen chauffeurs offline werken?"),
        pytest.param("Polish", "Jak mogę wyeksportować dane?"),
        pytest.param("Polish", "Nie mogę się zalogować"),
        pytest.param("Polish", "Gdzie są moje faktury?"),
        pytest.param("Polish", "Zapomniałem hasła"),
        pytest.param("Turkish", "Verilerimi nasıl dışa aktarabilirim?"),
        pytest.param("Turkish", "Şifremi unuttum"),
        pytest.param("Turkish", "Faturalarım nerede?"),
        pytest.param("Turkish", "Giriş yapamıyorum"),
        pytest.param("Swedish", "Hur kan jag exportera mina data?"),
        pytest.param("Swedish", "Jag kan inte logga in"),
        pytest.param("Swedish", "Var hittar jag fakturan?"),
        pytest.param("Swedish", "Glömt lösenordet"),
        pytest.param("Danish", "Hvordan kan jeg eksportere mine data?"),
        pytest.param("Danish", "Jeg kan ikke logge ind"),
        pytest.param("Danish", "Hvor finder jeg fakturaen?"),
        pytest.param("Norwegian", "Hvordan kan jeg eksportere dataene mine?"),
        pytest.param("Norwegian", "Jeg får ikke logget inn"),
        pytest.param("Norwegian", "Hvor finner jeg fakturaen?"),
        pytest.param("Finnish", "Miten voin viedä tietoni?"),
        pytest.param("Finnish", "En voi kirjautua sisään"),
        pytest.param("Finnish", "Missä laskuni ovat?"),
        pytest.param("Czech", "Jak mohu exportovat svá data?"),
        pytest.param("Czech", "Nemohu se přihlásit"),
        pytest.param("Czech", "Kde najdu fakturu?"),
        pytest.param("Russian", "Как экспортировать данные?"),
        pytest.param("Russian", "забыл пароль"),
        pytest.param("Ukrainian", "Як експортувати дані?"),
        pytest.param("Ukrainian", "Де мої рахунки і що з ними?"),
        pytest.param("Japanese", "データをエクスポートするには？"),
        pytest.param("Japanese", "請求書はどこですか"),
        pytest.param("Chinese", "如何导出数据？"),
        pytest.param("Chinese", "怎么取消订阅"),
        pytest.param("Korean", "데이터를 어떻게 내보내나요?"),
        pytest.param("Arabic", "كيف أصدر بياناتي؟"),
        pytest.param("Hebrew", "איך אני מייצא נתונים?"),
        pytest.param("Hindi", "मैं डेटा कैसे निर्यात करूं?"),
        pytest.param("Thai", "ส่งออกข้อมูลอย่างไร"),
        pytest.param("Greek", "Πώς εξάγω τα δεδομένα μου;"),
        pytest.param("Romanian", "Cum pot exporta datele mele?"),
        pytest.param("Romanian", "Nu mă pot autentifica"),
        pytest.param("Hungarian", "Hogyan exportálhatom az adataimat?"),
        pytest.param("Hungarian", "Nem tudok bejelentkezni"),
        pytest.param("Indonesian", "Bagaimana cara mengekspor data saya?"),
        pytest.param("Indonesian", "Saya tidak bisa masuk"),
        pytest.param("Vietnamese", "Làm thế nào để xuất dữ liệu của tôi?"),
        pytest.param("Vietnamese", "Tôi không đăng nhập được"),
        pytest.param("German", "Wie kann ich mein Passwort ändern?"),
        pytest.param("Spanish", "¿Cómo puedo cambiar mi contraseña en la cuenta?"),
        pytest.param("Japanese", "パスワードをリセットするには?"),
        pytest.param("German", "Wie rotiere ich den API key?", id="English nouns in it"),
        pytest.param("German", "login passwort vergessen", id="one English word"),
        pytest.param("Japanese", "API keyを作成する方法", id="two scripts"),
        pytest.param("Spanish", "no se puede", id="short"),
    ],
)
def test_a_question_in_another_language_is_recognised(language, text):
    assert language_of(text) == language
    assert language_code(text) == LANGUAGE_CODES[language]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "12345 ???",
        "reset password",
        "SSO?",
        "Hallo",
        "GET /v2/jobs",
        "SELECT * FROM jobs WHERE id IN (1, 2)",
        "for i in range(10): print(i)",
        "var x = let",
        "locale en_US de_DE fr_FR es_ES",
        "https://shop.de/la/de/los/que",
        "How do I contact Müller GmbH",
        "Where is Café de la Paix on the map",
        "route to São Paulo",
        "El Niño storm delays routes",
        "los angeles depot",
        "Calle de los Reyes 3 is in the wrong zone",
        "address is Rue de la République 5, not found",
        "Le Pain Quotidien is our customer, merge it",
        "van de Berg is my driver",
        "東京 depot route",
        "Where is 東京 depot",
        "How do I invite José and use die cut labels?",
        'error: "No se puede conectar" what does it mean',
        'I get "Zugriff verweigert" when I sign in',
        "What does the error \u00abdatei nicht gefunden\u00bb mean?",
        "where do I find «Rechnung»?",
        "was ist los? just kidding, how do I export",
        "hola, how do I add a van",
        "Danke! and how do I cancel?",
        "merci, where is my invoice",
        "comment field",
        "dove soap delivery",
        "piano delivery",
        "costa mesa weather",
        "Mina can't log in",
        "a la carte menu import",
        "de facto standard for API",
        "mon-fri delivery",
        "la la la",
        "en-US or de-DE in the API?",
    ],
)
def test_names_code_addresses_and_quotes_do_not_make_a_question_foreign(text):
    assert language_of(text) == "English"


@pytest.mark.parametrize(
    ("text", "code"),
    [("How do I export?", "en"), ("SSO?", None), ("", None), ("Rechnung", "de"), ("API key", None)],
)
def test_what_tells_nothing_has_no_language(text, code):
    assert language_code(text) == code


@pytest.mark.slow
@pytest.mark.skipif(not SHARED.is_dir(), reason=f"the question sets are not at {SHARED}")
def test_no_english_question_of_two_public_sets_is_taken_for_another_language():
    with gzip.open(SHARED / "clinc-oos" / "data_full.json.gz", "rt") as file:
        asked = [text for part in json.load(file).values() for text, _ in part]
    for name in ("train", "test"):
        with (SHARED / "banking77" / f"{name}.csv").open(newline="") as file:
            asked += [row[0] for row in csv.reader(file)]
    assert len(asked) > 36_000
    assert [text for text in asked if language_of(text) != "English"] == []
