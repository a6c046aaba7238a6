// The official examples of EN 16931, submitted with the command line to a
// network that has the parties as members: each becomes a trade with the right
// numbers, or is refused with the element that is in the way.

#include <filesystem>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/integration/scene.h"

namespace skontro::integration {
namespace {

using ::testing::HasSubstr;

constexpr char kNoBuyer[] =
    "Invoice/AccountingCustomerParty/Party/PartyTaxScheme/CompanyID";
constexpr char kNoSeller[] =
    "Invoice/AccountingSupplierParty/Party/PartyTaxScheme/CompanyID";

// Amounts are copied by hand from the XML: 60 % of what is still to be paid,
// half a cent up, and the rest.
struct Sample {
  const char* file;
  const char* network;  // Of the invoice's currency.
  const char* refusal;  // What the refusal names; else a trade is made of
  std::vector<std::string> says;
};

const std::vector<Sample>& Samples() {
  static const auto* const samples = new std::vector<Sample>{
      {"creditnote1", "eur", "CreditNote", {}},
      {"example1", "eur", kNoBuyer, {}},
      {"example10", "eur", kNoBuyer, {}},
      {"example2",
       "nok",
       nullptr,
       // Payable 801.78 of 1801.78, of which 1000.00 is prepaid.
       {"481.07", "320.71", "1801.78", "1000.00", "TOSL108", "2013-06-30",
        "2013-07-20", "S:25%:1460.50:365.13 S:15%:1.00:0.15 E:0%:-25.00:0.00",
        "seller-nok", "buyer"}},
      {"example3",
       "dkk",
       nullptr,
       {"1203.00", "802.00", "2005.00", "TOSL108", "2013-04-10",
        "S:25%:900.00:225.00 S:10%:800.00:80.00", "seller-dkk", "buyer"}},
      {"example4", "dkk", kNoBuyer, {}},
      {"example5",
       "dkk",
       nullptr,
       // Payable 2337.50 of 4675.00, half of which is prepaid.
       {"1402.50", "935.00", "4675.00", "2337.50", "TOSL110",
        "S:25%:1500.00:375.00 S:12%:2500.00:300.00", "seller-nl", "buyer-dk"}},
      {"example6", "dkk", kNoBuyer, {}},
      {"example7", "sek", kNoSeller, {}},
      {"example8", "eur", kNoBuyer, {}},
      {"example9", "eur", kNoBuyer, {}},
  };
  return *samples;
}

struct Company {
  const char* id;
  const char* country;
  const char* vat_id;
};

constexpr Company kCompanies[] = {
    {"seller-nok", "NO", "NO123456789MVA"},
    {"buyer", "NO", "NO987654321MVA"},
    {"seller-dkk", "DK", "DK16356706"},
    {"seller-nl", "NL", "NL16356706"},
    {"buyer-dk", "DK", "DK16356607"},
    {"koksmaat", "NL", "NL820098395B01"},
    {"enexis", "NL", "NL809561074B01"},
    {"bluem", "NL", "NL809163160B01"},
    {"seller-mva", "DK", "DK123456789MVA"},
    {"supplier", "BE", "BE0000000196"},
    {"customer", "BE", "BE0000000295"},
};

std::string PathOf(const std::string& file) {
  return SharedData("en16931/examples-ubl/ubl-tc434-" + file + ".xml");
}

class InvoiceSamplesTest : public testing::Test {
 protected:
  void SetUp() override {
    if (!std::filesystem::exists(PathOf("example1"))) {
      GTEST_SKIP() << "SKIPPED: " << PathOf("example1") << " is not there";
    }
    const absl::Status started = scene_.StartServer();
    ASSERT_TRUE(started.ok()) << started;
    for (const std::string network : {"eur", "nok", "dkk", "sek"}) {
      std::string peg = network;
      for (char& letter : peg) letter = static_cast<char>(letter - 'a' + 'A');
      Expect({"network", "create", network, "--name", network, "--unit-code",
              "UNI", "--peg", peg});
      for (const Company& company : kCompanies) {
        Expect({"member", "create", company.id, "--network", network, "--name",
                company.id, "--country", company.country, "--vat-id",
                company.vat_id});
      }
    }
  }

  void Expect(const std::vector<std::string>& arguments) {
    const Finished done = scene_.Skontro(arguments);
    ASSERT_EQ(done.exit_code, 0) << done.err;
  }

  Finished Submit(const std::string& file, const std::string& network) {
    return scene_.Skontro({"trade", "submit", "--network", network, "--invoice",
                           PathOf(file), "--units", "60%"});
  }

  Scene scene_;
};

TEST_F(InvoiceSamplesTest, EachBecomesATradeOrNamesTheElement) {
  int submitted = 0;
  for (const Sample& sample : Samples()) {
    SCOPED_TRACE(sample.file);
    const Finished done = Submit(sample.file, sample.network);
    if (sample.refusal != nullptr) {
      EXPECT_EQ(done.exit_code, 2) << done.out;
      EXPECT_THAT(done.err, HasSubstr(sample.refusal));
      continue;
    }
    ++submitted;
    EXPECT_EQ(done.exit_code, 0) << done.err;
    for (const std::string& words : sample.says) {
      EXPECT_THAT(done.out, HasSubstr(words));
    }
  }
  EXPECT_EQ(submitted, 3);
}

TEST_F(InvoiceSamplesTest, TheTableNamesEveryFile) {
  std::set<std::string> there;
  for (const auto& entry : std::filesystem::directory_iterator(
           SharedData("en16931/examples-ubl"))) {
    there.insert(entry.path().filename().string());
  }
  std::set<std::string> named;
  for (const Sample& sample : Samples()) {
    named.insert(absl::StrCat("ubl-tc434-", sample.file, ".xml"));
  }
  EXPECT_EQ(there, named);
}

TEST_F(InvoiceSamplesTest, AnotherCurrencyIsRefusedWithItsElement) {
  const Finished done = Submit("example2", "eur");
  EXPECT_EQ(done.exit_code, 2) << done.out;
  EXPECT_THAT(done.err, HasSubstr("Invoice/DocumentCurrencyCode"));
  EXPECT_THAT(done.err, HasSubstr("NOK"));
}

TEST_F(InvoiceSamplesTest, ASecondSubmissionIsADuplicate) {
  ASSERT_EQ(Submit("example3", "dkk").exit_code, 0);
  const Finished again = Submit("example3", "dkk");
  EXPECT_EQ(again.exit_code, 1);
  EXPECT_THAT(again.err, HasSubstr("DUPLICATE_INVOICE"));
}

}  // namespace
}  // namespace skontro::integration
