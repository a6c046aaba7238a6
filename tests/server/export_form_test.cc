// What may be asked of an export, and what is refused.

#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "tests/server/export_scene.h"

namespace skontro::server {
namespace {

TEST(ExportFormTest, OptionsSayHowAFormatIsWritten) {
  Scene scene;
  MakeBooks(scene, /*closed=*/true);
  auto camt = Books("atelier", v1::ExportRequest::CAMT_054, 2026);
  camt.mutable_camt()->set_version(v1::CamtOptions::V02);
  camt.mutable_camt()->set_plain(true);
  const auto old = scene.Call(camt);
  ASSERT_TRUE(old.status.ok()) << old.status.error_message();
  EXPECT_TRUE(Has(old.files[0].second, "camt.054.001.02"));
  EXPECT_FALSE(Has(old.files[0].second, "<AmtDtls>"));

  auto fec = Fec("atelier", 2026);
  fec.mutable_fec()->set_separator(v1::FecOptions::PIPE);
  fec.mutable_fec()->set_charset(v1::FecOptions::ISO_8859_15);
  const auto pipes = scene.Call(fec);
  ASSERT_TRUE(pipes.status.ok()) << pipes.status.error_message();
  EXPECT_EQ(pipes.files[0].second.rfind("JournalCode|JournalLib|", 0), 0u);
  EXPECT_TRUE(Has(pipes.files[0].second, "R\xE8glement"));
  EXPECT_TRUE(Has(pipes.files[1].second, "ISO-8859-15"));
  auto plain = Fec("atelier", 2026);
  EXPECT_TRUE(Has(scene.Call(plain).files[0].second, "R\xC3\xA8glement"));
}

TEST(ExportFormTest, AFecIsFlatOrXmlAndXmlHasNeitherSeparatorNorLatin) {
  Scene scene;
  MakeBooks(scene, /*closed=*/true);
  auto request = Fec("atelier", 2026);
  request.mutable_fec()->set_form(v1::FecOptions::XML);
  const auto xml = scene.Call(request);
  ASSERT_TRUE(xml.status.ok()) << xml.status.error_message();
  EXPECT_EQ(xml.files[0].first, "732829320FEC20261231.xml");
  EXPECT_TRUE(Has(xml.files[0].second, "<EcritureNum>UN000001</EcritureNum>"));
  EXPECT_TRUE(Has(xml.files[1].second, "formatA47A-I-VII-1.xsd"));
  request.mutable_fec()->set_charset(v1::FecOptions::UTF_8);
  EXPECT_EQ(scene.Call(request).files, xml.files);

  const auto field = [&](const v1::ExportRequest& refused) {
    return ErrorIn(scene.Call(refused).status).metadata["field"];
  };
  request.mutable_fec()->set_charset(v1::FecOptions::ISO_8859_15);
  EXPECT_EQ(field(request), "fec.charset");
  request.mutable_fec()->set_charset(static_cast<v1::FecOptions::Charset>(7));
  EXPECT_EQ(field(request), "fec.charset");
  request.mutable_fec()->clear_charset();
  for (const auto separator : {v1::FecOptions::TAB, v1::FecOptions::PIPE}) {
    request.mutable_fec()->set_separator(separator);
    EXPECT_EQ(field(request), "fec.separator");
  }
  request.mutable_fec()->set_form(v1::FecOptions::FLAT);
  EXPECT_EQ(scene.Call(request).files.at(0).first, "732829320FEC20261231.txt");
  request.mutable_fec()->set_form(static_cast<v1::FecOptions::Form>(7));
  EXPECT_EQ(field(request), "fec.form");
}

TEST(ExportFormTest, APeriodIsAnyDaysOfAFiscalYear) {
  Scene scene;
  MakeBooks(scene, /*closed=*/true);
  // Sales of the 3rd to the 7th of March, the last reversed on that day.
  const auto two =
      scene.Call(Days(Books("atelier", v1::ExportRequest::CAMT_053, 0),
                      Day(2026, 3, 4), Day(2026, 3, 5)));
  ASSERT_TRUE(two.status.ok()) << two.status.error_message();
  EXPECT_EQ(two.files[0].first,
            "atelier-camt.053.001.08-20260304-20260305.xml");
  EXPECT_TRUE(Has(two.files[1].second, "\"entries\": 2"))
      << two.files[1].second;
  EXPECT_TRUE(Has(two.files[1].second, "\"opening\": \"10.00\""));
  // Numbers of entries are those of the year.
  const auto csv =
      scene.Call(Days(Csv("atelier", 0), Day(2026, 3, 4), Day(2026, 3, 4)));
  ASSERT_TRUE(csv.status.ok()) << csv.status.error_message();
  EXPECT_TRUE(Has(csv.files[0].second, ";UN000002;"));
  // Or of a fiscal year that is not the calendar's.
  auto other = Days(Csv("atelier", 0), Day(2026, 3, 4), Day(2027, 2, 28));
  *other.mutable_fiscal_year_start() = Day(2026, 3, 4);
  const auto year = scene.Call(other);
  ASSERT_TRUE(year.status.ok()) << year.status.error_message();
  EXPECT_TRUE(Has(year.files[0].second, ";UN000001;"));
  EXPECT_TRUE(Has(year.files[0].second, ";AN000001;"));
  // A FEC is of a whole fiscal year, or of its beginning.
  const auto fec =
      scene.Call(Days(Fec("atelier", 0), Day(2026, 3, 4), Day(2026, 3, 5)));
  EXPECT_EQ(ErrorIn(fec.status).metadata.at("field"), "first_day");
  auto fiscal = Days(Fec("atelier", 0), Day(2026, 3, 4), Day(2027, 2, 28));
  *fiscal.mutable_fiscal_year_start() = Day(2026, 3, 4);
  EXPECT_EQ(scene.Call(fiscal).files.at(0).first, "732829320FEC20270228.txt");
}

TEST(ExportFormTest, APeriodThatIsNoneIsRefused) {
  Scene scene;
  MakeBooks(scene, /*closed=*/true);
  const auto base = Csv("atelier", 0);
  const auto field = [&](const v1::ExportRequest& request) {
    const auto refused = scene.Call(request);
    EXPECT_EQ(refused.status.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
    EXPECT_TRUE(refused.files.empty());
    return ErrorIn(refused.status).metadata["field"];
  };
  EXPECT_EQ(field(Days(base, Day(2026, 3, 5), Day(2026, 3, 4))), "last_day");
  EXPECT_EQ(field(Days(base, Day(2026, 2, 29), Day(2026, 3, 4))), "first_day");
  EXPECT_EQ(field(Days(base, Day(2026, 3, 5), Day(10'000, 1, 1))), "last_day");
  // Two years and a day, from the start of the fiscal year.
  EXPECT_EQ(field(Days(base, Day(2026, 3, 5), Day(2028, 1, 4))), "last_day");
  EXPECT_TRUE(
      scene.Call(Days(base, Day(2026, 3, 5), Day(2028, 1, 3))).status.ok());
  auto request = base;
  *request.mutable_first_day() = Day(2026, 1, 1);
  EXPECT_EQ(field(request), "last_day");
  request = base;
  *request.mutable_last_day() = Day(2026, 1, 1);
  EXPECT_EQ(field(request), "first_day");
  request = Days(base, Day(2026, 1, 1), Day(2026, 1, 2));
  request.set_year(2026);
  EXPECT_EQ(field(request), "year");
  request = Days(base, Day(2026, 1, 1), Day(2026, 1, 2));
  *request.mutable_fiscal_year_start() = Day(2026, 1, 2);
  EXPECT_EQ(field(request), "fiscal_year_start");
  request = Csv("atelier", 2026);
  *request.mutable_fiscal_year_start() = Day(2026, 1, 1);
  EXPECT_EQ(field(request), "fiscal_year_start");
}

TEST(ExportFormTest, AFormatThatIsNoneAndAStrayOptionAreRefused) {
  Scene scene;
  MakeBooks(scene, /*closed=*/true);
  const auto field = [&](const v1::ExportRequest& request) {
    return ErrorIn(scene.Call(request).status).metadata["field"];
  };
  auto request = Csv("atelier", 2026);
  request.set_format(v1::ExportRequest::FORMAT_UNSPECIFIED);
  EXPECT_EQ(field(request), "format");
  request.set_format(static_cast<v1::ExportRequest::Format>(99));
  EXPECT_EQ(field(request), "format");
  request.set_format(static_cast<v1::ExportRequest::Format>(-1));
  EXPECT_EQ(field(request), "format");
  request = Csv("atelier", 2026);
  request.mutable_camt();
  EXPECT_EQ(field(request), "camt");
  request = Csv("atelier", 2026);
  request.mutable_fec();
  EXPECT_EQ(field(request), "fec");
  request = Books("atelier", v1::ExportRequest::OFX, 2026);
  request.set_chart_of_accounts("account.sales = 701000 Ventes");
  EXPECT_EQ(field(request), "chart_of_accounts");
  request = Books("atelier", v1::ExportRequest::VAT_SUMMARY, 2026);
  request.set_chart_of_accounts("account.sales = 701000 Ventes");
  EXPECT_EQ(field(request), "chart_of_accounts");
  request = Books("atelier", v1::ExportRequest::CAMT_053, 2026);
  request.mutable_camt()->set_version(static_cast<v1::CamtOptions::Version>(7));
  EXPECT_EQ(field(request), "camt.version");
  request = Fec("atelier", 2026);
  request.mutable_fec()->set_charset(static_cast<v1::FecOptions::Charset>(7));
  EXPECT_EQ(field(request), "fec.charset");
  request = Fec("atelier", 2026);
  request.mutable_fec()->set_separator(
      static_cast<v1::FecOptions::Separator>(7));
  EXPECT_EQ(field(request), "fec.separator");
}

TEST(ExportFormTest, AnAmountThatTheFormatHasNoRoomForNamesAnother) {
  Scene scene;
  scene.MakeNetwork();
  for (const char* member : {"imprimerie", "boulangerie"}) {
    auto line =
        LineRequest(absl::StrCat("line-", member), member, 900'000'000'000'000);
    line.mutable_credit_line()->mutable_balance_limit()->set_minor_units(
        900'000'000'000'000);
    const auto set = scene.Call(line);
    ASSERT_TRUE(set.status.ok()) << set.status.error_message();
  }
  ASSERT_TRUE(scene.Call(Sale("large", 123'456'789'012'345)).status.ok());
  for (const auto format :
       {v1::ExportRequest::MT940, v1::ExportRequest::CODA}) {
    const auto refused = scene.Call(Books("imprimerie", format, 2026));
    EXPECT_EQ(ErrorIn(refused.status).metadata["field"], "format");
    EXPECT_TRUE(Has(refused.status.error_message(), "camt.053"))
        << refused.status.error_message();
  }
  EXPECT_TRUE(scene.Call(Books("imprimerie", v1::ExportRequest::CAMT_053, 2026))
                  .status.ok());
}

}  // namespace
}  // namespace skontro::server
