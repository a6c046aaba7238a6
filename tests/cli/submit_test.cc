// skontro trade submit

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <string>
#include <vector>

#include "absl/strings/str_replace.h"
#include "tests/cli/fake_server.h"

namespace skontro::cli {
namespace {

using testing::HasSubstr;

// 1,200.00 EUR from FR44732829320 to BE0123456749.
constexpr char kInvoice[] = R"(<?xml version="1.0" encoding="UTF-8"?>
<Invoice xmlns="urn:oasis:names:specification:ubl:schema:xsd:Invoice-2"
 xmlns:cac="urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2"
 xmlns:cbc="urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2">
<cbc:ID>F2025-0007</cbc:ID><cbc:IssueDate>2025-03-14</cbc:IssueDate>
<cbc:InvoiceTypeCode>380</cbc:InvoiceTypeCode>
<cbc:DocumentCurrencyCode>EUR</cbc:DocumentCurrencyCode>
<cac:AccountingSupplierParty><cac:Party>
<cac:PostalAddress><cac:Country><cbc:IdentificationCode>FR</cbc:IdentificationCode></cac:Country></cac:PostalAddress>
<cac:PartyTaxScheme><cbc:CompanyID>FR44732829320</cbc:CompanyID><cac:TaxScheme><cbc:ID>VAT</cbc:ID></cac:TaxScheme></cac:PartyTaxScheme>
<cac:PartyLegalEntity><cbc:RegistrationName>Imprimerie Martin SARL</cbc:RegistrationName><cbc:CompanyID schemeID="0002">732829320</cbc:CompanyID></cac:PartyLegalEntity>
</cac:Party></cac:AccountingSupplierParty>
<cac:AccountingCustomerParty><cac:Party>
<cac:PostalAddress><cac:Country><cbc:IdentificationCode>BE</cbc:IdentificationCode></cac:Country></cac:PostalAddress>
<cac:PartyTaxScheme><cbc:CompanyID>BE0123456749</cbc:CompanyID><cac:TaxScheme><cbc:ID>VAT</cbc:ID></cac:TaxScheme></cac:PartyTaxScheme>
<cac:PartyLegalEntity><cbc:RegistrationName>Boulangerie Dupont SPRL</cbc:RegistrationName></cac:PartyLegalEntity>
</cac:Party></cac:AccountingCustomerParty>
<cac:TaxTotal><cbc:TaxAmount currencyID="EUR">200.00</cbc:TaxAmount><cac:TaxSubtotal><cbc:TaxableAmount currencyID="EUR">1000.00</cbc:TaxableAmount><cbc:TaxAmount currencyID="EUR">200.00</cbc:TaxAmount><cac:TaxCategory><cbc:ID>S</cbc:ID><cbc:Percent>20</cbc:Percent><cac:TaxScheme><cbc:ID>VAT</cbc:ID></cac:TaxScheme></cac:TaxCategory></cac:TaxSubtotal></cac:TaxTotal>
<cac:LegalMonetaryTotal><cbc:LineExtensionAmount currencyID="EUR">1000.00</cbc:LineExtensionAmount><cbc:TaxExclusiveAmount currencyID="EUR">1000.00</cbc:TaxExclusiveAmount><cbc:TaxInclusiveAmount currencyID="EUR">1200.00</cbc:TaxInclusiveAmount><cbc:PayableAmount currencyID="EUR">1200.00</cbc:PayableAmount></cac:LegalMonetaryTotal>
<cac:InvoiceLine><cbc:ID>1</cbc:ID><cbc:InvoicedQuantity unitCode="C62">10</cbc:InvoicedQuantity><cbc:LineExtensionAmount currencyID="EUR">1000.00</cbc:LineExtensionAmount><cac:Item><cbc:Name>Cartes</cbc:Name><cac:ClassifiedTaxCategory><cbc:ID>S</cbc:ID><cbc:Percent>20</cbc:Percent><cac:TaxScheme><cbc:ID>VAT</cbc:ID></cac:TaxScheme></cac:ClassifiedTaxCategory></cac:Item><cac:Price><cbc:PriceAmount currencyID="EUR">100.00</cbc:PriceAmount></cac:Price></cac:InvoiceLine>
</Invoice>
)";

class SubmitTest : public testing::Test {
 protected:
  SubmitTest()
      : path_(testing::TempDir() + "/skontro_submit_" +
              testing::UnitTest::GetInstance()->current_test_info()->name() +
              ".xml") {
    server_.handlers().list_members = [this](
                                          const v1::ListMembersRequest& request,
                                          v1::ListMembersResponse* response) {
      const auto [begin, end] = members_.equal_range(request.tax_id());
      for (auto found = begin; found != end; ++found) {
        v1::Member& member = *response->add_members();
        member.set_name("networks/res/members/" + found->second.first);
        member.set_country_code(found->second.second);
      }
      return grpc::Status::OK;
    };
    server_.handlers().create_trade = [this](
                                          const v1::CreateTradeRequest& request,
                                          v1::CreateTradeResponse* response) {
      requests_.push_back(request);
      *response->mutable_trade() = request.trade();
      response->mutable_trade()->set_name("networks/res/trades/t9");
      return grpc::Status::OK;
    };
    members_.insert({"FR44732829320", {"imprimerie", "FR"}});
    members_.insert({"732829320", {"imprimerie", "FR"}});
    members_.insert({"BE0123456749", {"boulangerie", "BE"}});
  }
  ~SubmitTest() override { std::filesystem::remove(path_); }

  CliRun Submit(const std::string& invoice,
                const std::vector<std::string>& options = {"--units", "60%"}) {
    std::ofstream(path_, std::ios::binary) << invoice;
    std::vector<std::string> arguments = {"trade", "submit", "--invoice",
                                          path_};
    arguments.insert(arguments.end(), options.begin(), options.end());
    return server_.Run(arguments);
  }

  const std::string path_;
  FakeServer server_;
  // Tax id to member and country.
  std::multimap<std::string, std::pair<std::string, std::string>> members_;
  std::vector<v1::CreateTradeRequest> requests_;
};

TEST_F(SubmitTest, AnInvoiceBecomesTheSellersRequest) {
  const CliRun run = Submit(kInvoice);
  EXPECT_EQ(run.code, ExitCode::kDone) << run.err;
  ASSERT_EQ(requests_.size(), 1u);
  const v1::Trade& trade = requests_[0].trade();
  EXPECT_EQ(trade.seller(), "networks/res/members/imprimerie");
  EXPECT_EQ(trade.buyer(), "networks/res/members/boulangerie");
  EXPECT_EQ(trade.initiator(), v1::Trade::SELLER);
  EXPECT_EQ(trade.unit_leg().minor_units(), 72'000);
  EXPECT_EQ(trade.cash_leg().minor_units(), 48'000);
  EXPECT_EQ(trade.invoice().number(), "F2025-0007");
  EXPECT_EQ(trade.invoice().gross_minor_units(), 120'000);
  EXPECT_EQ(trade.invoice().tax_lines_size(), 1);
  EXPECT_EQ(requests_[0].request_id(), "id-1");
  EXPECT_EQ(requests_[0].trade_id(), "");
}

TEST_F(SubmitTest, TheBuyerMayPayAtOnce) {
  Submit(kInvoice, {"--units", "1200", "--pay", "--id", "f7"});
  ASSERT_EQ(requests_.size(), 1u);
  EXPECT_EQ(requests_[0].trade().initiator(), v1::Trade::BUYER);
  EXPECT_FALSE(requests_[0].trade().has_cash_leg());
  EXPECT_EQ(requests_[0].trade_id(), "f7");
}

TEST_F(SubmitTest, APartyThatIsNoMemberIsNamedByElementAndId) {
  members_.erase("BE0123456749");
  const CliRun run = Submit(kInvoice);
  EXPECT_EQ(run.code, ExitCode::kUsage);
  EXPECT_TRUE(requests_.empty());
  EXPECT_THAT(run.err,
              HasSubstr("the buyer is no member of this network: "
                        "Invoice/AccountingCustomerParty/Party/PartyTaxScheme/"
                        "CompanyID BE0123456749 found nobody"));
  EXPECT_THAT(run.err, HasSubstr("skontro member create"));
}

TEST_F(SubmitTest, APartyIsFoundByItsLegalIdOfItsCountry) {
  members_.erase("FR44732829320");
  members_.insert({"732829320", {"autre", "CH"}});
  const CliRun run = Submit(kInvoice);
  EXPECT_EQ(run.code, ExitCode::kDone) << run.err;
  EXPECT_EQ(requests_[0].trade().seller(), "networks/res/members/imprimerie");
}

TEST_F(SubmitTest, IdsOfTwoMembersAreRefused) {
  members_.erase("732829320");
  members_.insert({"732829320", {"autre", "FR"}});
  const CliRun run = Submit(kInvoice);
  EXPECT_EQ(run.code, ExitCode::kUsage);
  EXPECT_THAT(run.err, HasSubstr("the seller is not certain"));
  EXPECT_THAT(run.err, HasSubstr("imprimerie"));
  EXPECT_THAT(run.err, HasSubstr("autre"));
}

TEST_F(SubmitTest, AnInvoiceInAnotherCurrencyIsRefused) {
  const CliRun run = Submit(absl::StrReplaceAll(kInvoice, {{"EUR", "CHF"}}));
  EXPECT_EQ(run.code, ExitCode::kUsage);
  EXPECT_THAT(run.err, HasSubstr("Invoice/DocumentCurrencyCode"));
  EXPECT_THAT(run.err, HasSubstr(path_));
}

TEST_F(SubmitTest, WhatIsNoInvoiceIsRefused) {
  for (const char* text : {"", "hello", "<Invoice/>", "seller,buyer\n"}) {
    const CliRun run = Submit(text);
    EXPECT_EQ(run.code, ExitCode::kUsage) << text;
    EXPECT_THAT(run.err, HasSubstr(path_));
  }
  EXPECT_EQ(Submit(kInvoice, {"--units", "120%"}).code, ExitCode::kUsage);
  EXPECT_EQ(server_
                .Run({"trade", "submit", "--invoice", "/nonexistent.xml",
                      "--units", "1"})
                .code,
            ExitCode::kLocalFailure);
  EXPECT_TRUE(requests_.empty());
}

}  // namespace
}  // namespace skontro::cli
