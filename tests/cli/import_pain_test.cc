// skontro import pain

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "cli/payment_run.h"
#include "google/rpc/error_details.pb.h"
#include "tests/cli/fake_server.h"
#include "tests/fiscal/sample_payment_run.h"

namespace skontro::cli {
namespace {

using fiscal::kPaymentRun;
using fiscal::RunWith;
using testing::HasSubstr;
using testing::Not;

// A server that books what it has not booked before, as the real one does.
class ImportPainTest : public testing::Test {
 protected:
  ImportPainTest()
      : folder_(testing::TempDir() + "/skontro_import_" +
                testing::UnitTest::GetInstance()->current_test_info()->name()) {
    std::filesystem::remove_all(folder_);
    std::filesystem::create_directories(folder_);
    Handlers& handlers = server_.handlers();
    handlers.get_network = [](const v1::GetNetworkRequest& request,
                              v1::GetNetworkResponse* response) {
      v1::Network& network = *response->mutable_network();
      network.set_name(request.name());
      network.set_unit_code("XBU");
      network.set_unit_decimals(2);
      network.set_peg_currency_code("EUR");
      network.set_peg_currency_decimals(2);
      network.mutable_parity()->set_numerator(1);
      network.mutable_parity()->set_denominator(1);
      network.set_time_zone("Europe/Paris");
      return grpc::Status::OK;
    };
    handlers.list_members = [this](const v1::ListMembersRequest& request,
                                   v1::ListMembersResponse* response) {
      ++lookups_;
      const auto [begin, end] = members_.equal_range(request.tax_id());
      for (auto found = begin; found != end; ++found) {
        v1::Member& member = *response->add_members();
        member.set_name("networks/res/members/" + found->second.first);
        member.set_country_code(found->second.second);
      }
      return grpc::Status::OK;
    };
    handlers.create_trade = [this](const v1::CreateTradeRequest& request,
                                   v1::CreateTradeResponse* response) {
      EXPECT_TRUE(request.validate_only());
      tried_.push_back(request);
      *response->mutable_trade() = request.trade();
      if (refused_.contains(request.request_id())) {
        v1::Refusal& refusal = *response->mutable_outcome()->add_refusals();
        refusal.set_reason(v1::CREDIT_LINE_EXCEEDED);
        refusal.set_message("too much");
      }
      return grpc::Status::OK;
    };
    handlers.batch_create_trades =
        [this](const v1::BatchCreateTradesRequest& request,
               v1::BatchCreateTradesResponse* response) {
          EXPECT_EQ(request.mode(), v1::BatchCreateTradesRequest::INDEPENDENT);
          for (const v1::CreateTradeRequest& item : request.requests()) {
            Book(item, response->add_results());
          }
          return batch_status_;
        };
    members_.insert({"BE0123456749", {"lenoir", "BE"}});
  }
  ~ImportPainTest() override { std::filesystem::remove_all(folder_); }

  void Book(const v1::CreateTradeRequest& item,
            v1::BatchCreateTradesResponse::Result* result) {
    sent_.push_back(item);
    if (refused_.contains(item.request_id())) {
      result->mutable_error()->set_code(
          static_cast<int>(grpc::StatusCode::FAILED_PRECONDITION));
      result->mutable_error()->set_message("too much");
      google::rpc::ErrorInfo info;
      info.set_reason("CREDIT_LINE_EXCEEDED");
      info.set_domain("skontro");
      result->mutable_error()->add_details()->PackFrom(info);
      return;
    }
    const size_t number =
        booked_.try_emplace(item.request_id(), booked_.size() + 1)
            .first->second;
    v1::Trade& trade = *result->mutable_response()->mutable_trade();
    trade = item.trade();
    trade.set_name(absl::StrCat("networks/res/trades/t", number));
    trade.set_state(v1::Trade::SETTLED);
  }

  CliRun Import(const std::string& xml,
                const std::vector<std::string>& options = {}) {
    std::ofstream(Path("run.xml"), std::ios::binary) << xml;
    std::vector<std::string> arguments = {"import", "pain", "--file",
                                          Path("run.xml")};
    arguments.insert(arguments.end(), options.begin(), options.end());
    return server_.Run(arguments);
  }

  std::string Path(const std::string& name) const {
    return folder_ + "/" + name;
  }
  std::string Report() const {
    std::stringstream text;
    text << std::ifstream(Path("status.xml"), std::ios::binary).rdbuf();
    return text.str();
  }
  std::vector<std::string> WithReport() const {
    return {"--report", Path("status.xml")};
  }

  const std::string folder_;
  FakeServer server_;
  std::multimap<std::string, std::pair<std::string, std::string>> members_;
  std::set<std::string> refused_;  // Request ids.
  grpc::Status batch_status_;
  std::map<std::string, size_t> booked_;
  std::vector<v1::CreateTradeRequest> sent_;
  std::vector<v1::CreateTradeRequest> tried_;
  int lookups_ = 0;
};

const char kAtelier[] = "networks/res/members/atelier";

TEST_F(ImportPainTest, EachTransferBecomesATradeThatItsDebtorPays) {
  const CliRun run = Import(std::string(kPaymentRun), WithReport());
  EXPECT_EQ(run.code, ExitCode::kDone) << run.out << run.err;
  ASSERT_EQ(sent_.size(), 3u);
  const v1::Trade& first = sent_[0].trade();
  EXPECT_EQ(first.buyer(), kAtelier);
  EXPECT_EQ(first.seller(), "networks/res/members/garage");
  EXPECT_EQ(first.initiator(), v1::Trade::BUYER);
  EXPECT_EQ(first.unit_leg().minor_units(), 72'000);
  EXPECT_FALSE(first.has_cash_leg());
  EXPECT_EQ(first.invoice().number(), "F2026-0117");
  EXPECT_EQ(first.invoice().issue_date().day(), 14);
  EXPECT_EQ(first.description(), "EndToEndId E-0001. Merci");
  EXPECT_EQ(sent_[1].trade().seller(), "networks/res/members/lenoir");
  EXPECT_FALSE(sent_[1].trade().has_invoice());
  EXPECT_EQ(sent_[2].trade().seller(), "networks/res/members/garage");
  EXPECT_EQ(sent_[2].trade().buyer(), kAtelier);
  EXPECT_EQ(lookups_, 1) << "each party once";
  EXPECT_THAT(run.out, HasSubstr("3 transfers: 3 SETTLED"));
  EXPECT_THAT(Report(), HasSubstr("<GrpSts>ACSC</GrpSts>"));
  EXPECT_THAT(Report(), HasSubstr("<AcctSvcrRef>t3</AcctSvcrRef>"));
}

TEST_F(ImportPainTest, TheSameFileTwiceIsBookedOnce) {
  Import(std::string(kPaymentRun));
  // The same payments in another file, and one more.
  std::string again = RunWith("RUN-2026-03-31", "RUN-AGAIN");
  const CliRun run = Import(again);
  EXPECT_EQ(run.code, ExitCode::kDone) << run.err;
  EXPECT_EQ(booked_.size(), 3u);
  ASSERT_EQ(sent_.size(), 6u);
  for (size_t i = 0; i < 3; ++i) {
    EXPECT_EQ(sent_[i].SerializeAsString(), sent_[i + 3].SerializeAsString());
  }
}

TEST_F(ImportPainTest, AnEndToEndIdIsOneOfItsDebtorOnly) {
  EXPECT_NE(RequestIdOf("a", "E1"), RequestIdOf("b", "E1"));
  EXPECT_NE(RequestIdOf("a", "E1"), RequestIdOf("a", "E2"));
  EXPECT_EQ(RequestIdOf("a", "É日本").size(), 45u);
}

TEST_F(ImportPainTest, WhoIsMissingIsTheCreditorOnlyByItsWholeName) {
  ServerError error;
  error.reason = "RESOURCE_NOT_FOUND";
  for (const auto& [name, code] : std::map<std::string, std::string>{
           {"networks/res/members/ab", "AC03"},
           {"networks/res/members/ab/accounts/main", "AC03"},
           {"networks/res/members/abc", "AC02"},
           {"networks/res/members/a", "AC02"}}) {
    error.metadata["name"] = name;
    EXPECT_EQ(StatusCodeOf(error, "networks/res/members/ab"), code) << name;
  }
  error.reason = "SOMETHING_NEW";
  EXPECT_EQ(StatusCodeOf(error, "networks/res/members/ab"), "NARR");
}

TEST_F(ImportPainTest, OneThatIsRefusedDoesNotStopTheOthers) {
  refused_.insert(RequestIdOf(kAtelier, "E-0002"));
  const CliRun run = Import(std::string(kPaymentRun), WithReport());
  EXPECT_EQ(run.code, ExitCode::kRefused);
  EXPECT_THAT(run.out, HasSubstr("3 transfers: 2 SETTLED 1 REJECTED"));
  EXPECT_THAT(Report(), HasSubstr("<GrpSts>PART</GrpSts>"));
  EXPECT_THAT(Report(), HasSubstr("<OrgnlEndToEndId>E-0002</OrgnlEndToEndId>"
                                  "<TxSts>RJCT</TxSts><StsRsnInf><Rsn><Cd>AM04"
                                  "</Cd></Rsn>"));
}

TEST_F(ImportPainTest, ADryRunTriesEachAndBooksNone) {
  refused_.insert(RequestIdOf(kAtelier, "E-0003"));
  std::vector<std::string> options = WithReport();
  options.emplace_back("--dry-run");
  const CliRun run = Import(std::string(kPaymentRun), options);
  EXPECT_EQ(run.code, ExitCode::kRefused);
  EXPECT_TRUE(sent_.empty());
  EXPECT_EQ(tried_.size(), 3u);
  EXPECT_THAT(run.out, HasSubstr("Dry run: nothing was changed. 3 transfers: "
                                 "2 ACCEPTED 1 REJECTED"));
  EXPECT_THAT(Report(), HasSubstr("<TxSts>ACCP</TxSts></TxInfAndSts>"));
}

TEST_F(ImportPainTest, AFileThatDoesNotAddUpIsReportedAndNotSent) {
  const CliRun run = Import(RunWith("771.25", "771.26"), WithReport());
  EXPECT_EQ(run.code, ExitCode::kUsage);
  EXPECT_THAT(run.err, HasSubstr("(AM10); nothing was sent"));
  EXPECT_TRUE(sent_.empty());
  EXPECT_THAT(Report(), HasSubstr("<GrpSts>RJCT</GrpSts><StsRsnInf><Rsn><Cd>"
                                  "AM10</Cd>"));
}

// The code that the first or the second transfer is rejected with.
TEST_F(ImportPainTest, APartyThatIsNoMemberOrNotCertainIsRejected) {
  const auto code = [this](const std::string& xml) {
    const CliRun run = Import(xml, {"--format", "csv"});
    EXPECT_EQ(run.code, ExitCode::kRefused) << run.err;
    const size_t at = run.out.find(",A");
    return at == std::string::npos ? "" : run.out.substr(at + 1, 4);
  };
  EXPECT_EQ(code(RunWith("<Id>garage</Id>", "<Id>Garage Martin</Id>")), "AC03");
  EXPECT_EQ(code(RunWith("<Id>garage</Id>", "<Id>other/garage</Id>")), "AC03");
  EXPECT_EQ(code(RunWith("<Id>atelier</Id>", "<Id>-/-</Id>")), "AC02");
  EXPECT_EQ(code(RunWith("<Id>garage</Id>",
                         "<Id>garage</Id><SchmeNm><Prtry>other-MEMBER</Prtry>"
                         "</SchmeNm>")),
            "AC03");
  EXPECT_EQ(code(RunWith("BE0123456749", "BE0000000000")), "AC03");
  EXPECT_EQ(code(RunWith("<Othr><Id>garage</Id></Othr>",
                         "<IBAN>FR7630006000011234567890189</IBAN>")),
            "AC03");
  // The account says one, the VAT number another.
  EXPECT_EQ(code(RunWith("<Nm>Garage Martin SARL</Nm>",
                         "<Nm>G</Nm><Id><OrgId><Othr><Id>BE0123456749</Id>"
                         "</Othr></OrgId></Id>")),
            "AC03");
  members_.insert({"BE0123456749", {"other", "BE"}});
  EXPECT_EQ(code(std::string(kPaymentRun)), "AC03");
}

TEST_F(ImportPainTest, OfSeveralMembersOfOneIdTheCountryDecides) {
  members_.insert({"BE0123456749", {"other", "FR"}});
  EXPECT_EQ(Import(std::string(kPaymentRun)).code, ExitCode::kDone);
  EXPECT_EQ(sent_.at(1).trade().seller(), "networks/res/members/lenoir");
}

TEST_F(ImportPainTest, AnotherCurrencyAndALaterDayAreRejected) {
  EXPECT_THAT(Import(RunWith("Ccy=\"XBU\"", "Ccy=\"EUR\"")).out,
              HasSubstr("AM03"));
  const CliRun run = Import(RunWith("<Dt>2026-03-31", "<Dt>9999-12-31"));
  EXPECT_EQ(run.code, ExitCode::kRefused);
  EXPECT_THAT(run.out, HasSubstr("DT01"));
  EXPECT_THAT(run.out, HasSubstr("1 SETTLED 2 REJECTED"));
}

TEST_F(ImportPainTest, WithoutAnAnswerItIsPendingAndMayBeSentAgain) {
  batch_status_ = {grpc::StatusCode::UNAVAILABLE, "gone"};
  const CliRun run = Import(std::string(kPaymentRun), WithReport());
  EXPECT_EQ(run.code, ExitCode::kUnknownOutcome) << run.err;
  EXPECT_THAT(run.out, HasSubstr("3 transfers: 3 PENDING"));
  EXPECT_THAT(Report(), HasSubstr("<GrpSts>PDNG</GrpSts>"));
  batch_status_ = grpc::Status::OK;
  EXPECT_EQ(Import(std::string(kPaymentRun)).code, ExitCode::kDone);
  EXPECT_EQ(booked_.size(), 3u);
}

TEST_F(ImportPainTest, AReportThatIsThereAlreadyIsKeptAndNothingIsSent) {
  std::ofstream(Path("status.xml")) << "mine";
  const CliRun run = Import(std::string(kPaymentRun), WithReport());
  EXPECT_EQ(run.code, ExitCode::kLocalFailure);
  EXPECT_TRUE(sent_.empty());
  EXPECT_EQ(Report(), "mine");
  EXPECT_EQ(Import(std::string(kPaymentRun), {"--report", "/dev/null/x"}).code,
            ExitCode::kLocalFailure);
  EXPECT_TRUE(sent_.empty());
}

TEST_F(ImportPainTest, TwoHundredMegabytesAreRefusedUnread) {
  std::ofstream(Path("large.xml")) << "<";
  std::filesystem::resize_file(Path("large.xml"), 200 * 1024 * 1024);
  const CliRun run =
      server_.Run({"import", "pain", "--file", Path("large.xml")});
  EXPECT_EQ(run.code, ExitCode::kUsage);
  EXPECT_THAT(run.err, Not(HasSubstr("line ")));
  EXPECT_TRUE(sent_.empty());
}

TEST_F(ImportPainTest, AFileOfAnotherFormIsRefusedByItsPath) {
  const CliRun run =
      Import(RunWith("<PmtMtd>TRF", "<PmtMtd>CHK"), WithReport());
  EXPECT_EQ(run.code, ExitCode::kUsage);
  EXPECT_THAT(run.err, HasSubstr("PmtInf[1]/PmtMtd"));
  EXPECT_FALSE(std::filesystem::exists(Path("status.xml")));
}

}  // namespace
}  // namespace skontro::cli
