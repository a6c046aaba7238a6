// Files that were made to break their reader. Each is refused, quickly, by an
// error that a person can read.

#include <gtest/gtest.h>

#include <random>
#include <string>

#include "fiscal/label.h"
#include "fiscal/ubl_invoice.h"
#include "tests/fiscal/refusal_matchers.h"
#include "tests/fiscal/sample_invoice.h"

namespace skontro::fiscal {
namespace {

std::string Repeat(std::string_view text, size_t count) {
  std::string out;
  out.reserve(text.size() * count);
  for (size_t i = 0; i < count; ++i) out.append(text);
  return out;
}

// Every refusal is one, and has words that can be shown. That none takes long
// is for the time limit of the whole test.
void ExpectRefused(const std::string& xml, const std::string& field) {
  const absl::Status status = ReadUblInvoice(xml).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << status;
  const std::string text = RefusalText(status);
  EXPECT_EQ(text.rfind("FIELD_INVALID " + field, 0), 0u) << text;
  EXPECT_TRUE(IsPlainText(std::string(status.message())));
  EXPECT_LT(status.message().size(), 1'000u);
}

// The sample with `declarations` in a DOCTYPE, and `number` as its number.
std::string WithDoctype(const std::string& declarations,
                        const std::string& number) {
  return With(SampleWith("?>\n<Invoice", "?>\n<!DOCTYPE Invoice [" +
                                             declarations + "]>\n<Invoice"),
              "F2025-0001", number);
}

TEST(UblHostileTest, ABillionLaughsAreNotLaughed) {
  std::string declarations = "<!ENTITY a \"lol\">";
  for (char c = 'b'; c <= 'k'; ++c) {
    const std::string inner = Repeat(std::string("&") + char(c - 1) + ";", 10);
    declarations += std::string("<!ENTITY ") + c + " \"" + inner + "\">";
  }
  ExpectRefused(WithDoctype(declarations, "&k;"), "DOCTYPE");
}

TEST(UblHostileTest, NoFileIsReadForAnExternalEntity) {
  ExpectRefused(
      WithDoctype("<!ENTITY x SYSTEM \"file:///etc/hostname\">", "&x;"),
      "DOCTYPE");
  ExpectRefused(
      WithDoctype("<!ENTITY % x SYSTEM \"http://127.0.0.1:9/\">%x;", "F1"),
      "DOCTYPE");
}

TEST(UblHostileTest, ADoctypeIsRefusedWhereverItHides) {
  const std::string rest =
      SampleWith("<?xml version=\"1.0\" encoding=\"UTF-8\"?>", "");
  for (const char* before :
       {"<!DOCTYPE x>", "<!doctype x>", "<!-- a --><!DOCTYPE x>",
        "<?pi a?> \n <!-- b --> <!DOCTYPE x SYSTEM \"y\">",
        "\xEF\xBB\xBF<?xml version='1.0'?><!DOCTYPE x>"}) {
    SCOPED_TRACE(before);
    ExpectRefused(before + rest, "DOCTYPE");
  }
}

TEST(UblHostileTest, AnUnknownEntityIsRefused) {
  ExpectRefused(SampleWith("F2025-0001", "&nbsp;"), "line");
  EXPECT_TRUE(ReadUblInvoice(SampleWith("F2025-0001", "F&amp;1")).ok());
}

TEST(UblHostileTest, DeepNestingIsRefused) {
  ExpectRefused(SampleWith("<cbc:ID>F2025", Repeat("<a>", 100'000)), "line");
  // In order but for its depth: 32 levels are the most, and the root is one.
  const auto nested = [](size_t depth) {
    return SampleWith(
        "<cbc:ID>F2025",
        Repeat("<a>", depth) + Repeat("</a>", depth) + "<cbc:ID>F2025");
  };
  EXPECT_TRUE(ReadUblInvoice(nested(31)).ok());
  ExpectRefused(nested(32), "line");
}

TEST(UblHostileTest, ElevenMebibytesAreRefusedUnread) {
  const std::string big = SampleWith(
      "</Invoice>", "<!--" + Repeat("x", 11 * 1024 * 1024) + "--></Invoice>");
  ExpectRefused(big, "size");
}

TEST(UblHostileTest, AnAttachmentIsWalkedPast) {
  const std::string xml =
      SampleWith("<cac:Delivery>",
                 "<cac:AdditionalDocumentReference><cac:Attachment>"
                 "<cbc:EmbeddedDocumentBinaryObject>" +
                     Repeat("QUJD", 2 * 1024 * 1024) +
                     "</cbc:EmbeddedDocumentBinaryObject></cac:Attachment>"
                     "</cac:AdditionalDocumentReference><cac:Delivery>");
  const absl::Status status = ReadUblInvoice(xml).status();
  EXPECT_TRUE(status.ok()) << status;
}

TEST(UblHostileTest, TooManyElementsAreRefused) {
  ExpectRefused(
      SampleWith("</Invoice>", Repeat("<a/>", 400'001) + "</Invoice>"), "line");
  const std::string line =
      "<cac:InvoiceLine><cbc:LineExtensionAmount currencyID=\"EUR\">0.00"
      "</cbc:LineExtensionAmount></cac:InvoiceLine>";
  EXPECT_TRUE(ReadUblInvoice(
                  SampleWith("</Invoice>", Repeat(line, 9'998) + "</Invoice>"))
                  .ok());
  ExpectRefused(SampleWith("</Invoice>", Repeat(line, 9'999) + "</Invoice>"),
                "Invoice/InvoiceLine");
}

TEST(UblHostileTest, TooManyTaxLinesAreRefused) {
  const std::string line =
      "<cac:TaxSubtotal><cbc:TaxableAmount currencyID=\"EUR\">0.00"
      "</cbc:TaxableAmount></cac:TaxSubtotal>";
  ExpectRefused(
      SampleWith("</cac:TaxTotal>", Repeat(line, 31) + "</cac:TaxTotal>"),
      "Invoice/TaxTotal/TaxSubtotal");
}

TEST(UblHostileTest, ALongTextIsRefusedWhereItIsRead) {
  ExpectRefused(SampleWith("F2025-0001", Repeat("F", 5'000)), "Invoice/ID");
  ExpectRefused(SampleWith("Atelier SARL", Repeat("A", 1'001)),
                "Invoice/AccountingSupplierParty/Party/PartyLegalEntity/"
                "RegistrationName");
  std::string attributes;
  for (int i = 0; i < 65; ++i) {
    attributes += " a" + std::to_string(i) + "=\"1\"";
  }
  ExpectRefused(SampleWith("<cbc:ID>F2025", "<cbc:ID" + attributes + ">F2025"),
                "line");
  ExpectRefused(SampleWith("<cbc:ID>F2025",
                           "<cbc:ID a=\"" + Repeat("1", 5'000) + "\">F2025"),
                "Invoice/ID");
}

TEST(UblHostileTest, ZeroBytesAndOtherEncodingsAreRefused) {
  ExpectRefused(SampleWith("F2025-0001", std::string("F\0 1", 4)), "encoding");
  ExpectRefused(kSampleInvoice + std::string(1, '\0'), "encoding");
  ExpectRefused(SampleWith("Atelier SARL", "Soci\xE9t\xE9"), "encoding");
  ExpectRefused(SampleWith("Atelier SARL", "\xC0\xAF"), "encoding");
  ExpectRefused(SampleWith("Atelier SARL", "\xED\xA0\x80"), "encoding");
  ExpectRefused(SampleWith("UTF-8", "ISO-8859-1"), "encoding");
  ExpectRefused(SampleWith("UTF-8", "UTF-7"), "encoding");
  ExpectRefused(SampleWith("UTF-8", "UTF-16"), "encoding");
  // The sample in UTF-16, with its mark.
  std::string wide = "\xFF\xFE";
  for (char c : std::string(kSampleInvoice)) wide += {c, '\0'};
  ExpectRefused(wide, "encoding");
  EXPECT_TRUE(ReadUblInvoice(SampleWith("UTF-8", "utf-8")).ok());
  EXPECT_TRUE(
      ReadUblInvoice("\xEF\xBB\xBF" + std::string(kSampleInvoice)).ok());
}

TEST(UblHostileTest, ControlCharactersAreRefused) {
  ExpectRefused(SampleWith("Atelier SARL", "A\x01"), "line");
  ExpectRefused(SampleWith("Atelier SARL", "A&#1;"), "line");
  const std::string name =
      "Invoice/AccountingSupplierParty/Party/PartyLegalEntity/"
      "RegistrationName";
  ExpectRefused(SampleWith("Atelier SARL", "A\x7F"), name);
  ExpectRefused(SampleWith("Atelier SARL", "A&#x85;B"), name);
  ExpectRefused(SampleWith("Atelier SARL", "A&#x2028;B"), name);
}

TEST(UblHostileTest, AChildInATextIsRefused) {
  ExpectRefused(SampleWith(">1171.00<", ">11<a/>71.00<"),
                "Invoice/LegalMonetaryTotal/TaxInclusiveAmount");
}

TEST(UblHostileTest, WhatIsNotXmlIsRefused) {
  for (const char* text :
       {"", " ", "{}", "<", "<Invoice", "<Invoice>", "Invoice", "<?xml", "<!--",
        "<a/><b/>", "<a></b>", "%PDF-1.7"}) {
    SCOPED_TRACE(text);
    ExpectRefused(text, "");
  }
}

TEST(UblHostileTest, AFileThatIsCutAnywhereIsRefused) {
  const std::string whole(kSampleInvoice);
  const size_t end = whole.rfind("</Invoice>") + 10;
  for (size_t length = 0; length < end; length += 7) {
    EXPECT_FALSE(ReadUblInvoice(whole.substr(0, length)).ok()) << length;
  }
}

// Flips, swaps and repeats bytes of a good invoice. Whatever comes out, the
// reader answers, and what it accepts adds up.
TEST(UblHostileTest, DamagedBytesNeverBreakTheReader) {
  constexpr uint64_t kSeed = 20'250'607;
  std::mt19937_64 random(kSeed);
  int accepted = 0;
  int refused = 0;
  for (int i = 0; i < 3'000; ++i) {
    std::string bytes(kSampleInvoice);
    const int changes = 1 + static_cast<int>(random() % 2);
    for (int k = 0; k < changes; ++k) {
      const size_t at = random() % bytes.size();
      switch (random() % 6) {
        case 0:
          bytes[at] = static_cast<char>(random() % 256);
          break;
        case 1:
          bytes.erase(at, 1 + random() % 40);
          break;
        case 2:
          bytes.insert(at, bytes.substr(random() % bytes.size(), 60));
          break;
        case 3:
        case 4:
          bytes.insert(at, 1, ' ');
          break;
        default:
          bytes[at] = "0123456789.-<>&\"/"[random() % 17];
      }
    }
    const absl::StatusOr<UblInvoice> read = ReadUblInvoice(bytes);
    if (!read.ok()) {
      ++refused;
      EXPECT_EQ(read.status().code(), absl::StatusCode::kInvalidArgument);
      EXPECT_TRUE(IsPlainText(std::string(read.status().message())));
      continue;
    }
    ++accepted;
    EXPECT_EQ(read->totals.payable, read->totals.tax_inclusive -
                                        read->totals.prepaid +
                                        read->totals.rounding);
  }
  // It saw both sides.
  EXPECT_GT(accepted, 100);
  EXPECT_GT(refused, 100);
}

}  // namespace
}  // namespace skontro::fiscal
