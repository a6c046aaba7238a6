// skontro trade batch

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "google/rpc/error_details.pb.h"
#include "tests/cli/fake_server.h"

namespace skontro::cli {
namespace {

using testing::HasSubstr;

class BatchTest : public testing::Test {
 protected:
  BatchTest()
      : path_(testing::TempDir() + "/skontro_batch_" +
              testing::UnitTest::GetInstance()->current_test_info()->name()) {
    server_.handlers().batch_create_trades =
        [this](const v1::BatchCreateTradesRequest& request,
               v1::BatchCreateTradesResponse* response) {
          requests_.push_back(request);
          if (!answer_.ok()) return answer_;
          for (const v1::CreateTradeRequest& item : request.requests()) {
            auto& result = *response->add_results();
            if (item.trade().invoice().number() == "DUPLICATE") {
              RefuseDuplicate(result.mutable_error());
              continue;
            }
            v1::Trade& trade = *result.mutable_response()->mutable_trade();
            trade = item.trade();
            trade.set_state(item.trade().initiator() == v1::Trade::BUYER
                                ? v1::Trade::SETTLED
                                : v1::Trade::PROPOSED);
          }
          return grpc::Status::OK;
        };
  }
  ~BatchTest() override { std::filesystem::remove(path_); }

  static void RefuseDuplicate(google::rpc::Status* status) {
    status->set_code(grpc::StatusCode::ALREADY_EXISTS);
    status->set_message("invoice DUPLICATE is traded in t7");
    google::rpc::ErrorInfo info;
    info.set_reason("DUPLICATE_INVOICE");
    info.set_domain("skontro");
    (*info.mutable_metadata())["trade"] = "networks/res/trades/t7";
    status->add_details()->PackFrom(info);
  }

  CliRun RunBatch(const std::string& text,
                  const std::vector<std::string>& options = {}) {
    std::ofstream(path_, std::ios::binary) << text;
    std::vector<std::string> arguments = {"trade", "batch", "--file", path_};
    arguments.insert(arguments.end(), options.begin(), options.end());
    return server_.Run(arguments);
  }

  const std::string path_;
  FakeServer server_;
  std::vector<v1::BatchCreateTradesRequest> requests_;
  grpc::Status answer_;
};

constexpr char kThree[] =
    "seller,buyer,units,invoice,initiator\n"
    "imprimerie,boulangerie,720,F-1,seller\n"
    "imprimerie,boulangerie,50,DUPLICATE,buyer\n"
    "imprimerie,boulangerie,50,F-3,buyer\n";

TEST_F(BatchTest, EachLineHasItsResultAndARefusedOneEndsWithOne) {
  const CliRun run = RunBatch(kThree);
  EXPECT_EQ(run.code, ExitCode::kRefused);
  ASSERT_EQ(requests_.size(), 1u);
  EXPECT_EQ(requests_[0].mode(), v1::BatchCreateTradesRequest::INDEPENDENT);
  EXPECT_EQ(requests_[0].request_id(), "");
  EXPECT_EQ(requests_[0].requests(0).request_id(), "id-1-2");
  EXPECT_EQ(requests_[0].requests(2).request_id(), "id-1-4");
  EXPECT_THAT(run.out, HasSubstr("   2  PROPOSED"));
  EXPECT_THAT(run.out, HasSubstr("   3  REFUSED"));
  EXPECT_THAT(
      run.out,
      HasSubstr("invoice DUPLICATE is traded in t7 (DUPLICATE_INVOICE)"));
  EXPECT_THAT(run.out,
              HasSubstr("3 lines: 1 PROPOSED, 1 REFUSED, 1 SETTLED\n"));
}

TEST_F(BatchTest, ABatchWithoutRefusalsEndsWithZero) {
  EXPECT_EQ(RunBatch("seller,buyer,units\na,b,1\n").code, ExitCode::kDone);
}

TEST_F(BatchTest, CsvAndJsonReportEveryLine) {
  const CliRun csv = RunBatch(kThree, {"--format", "csv"});
  EXPECT_THAT(csv.out, HasSubstr("line,result,trade,seller,buyer,units,invoice,"
                                 "request_id,reason,message\r\n"));
  EXPECT_THAT(csv.out,
              HasSubstr("3,REFUSED,,imprimerie,boulangerie,50.00,DUPLICATE,"
                        "id-1-3,DUPLICATE_INVOICE,"));
  EXPECT_THAT(csv.err, HasSubstr("3 lines: "));
  const CliRun json = RunBatch(kThree, {"--format", "json"});
  EXPECT_THAT(json.out, HasSubstr("\"reason\": \"DUPLICATE_INVOICE\""));
  EXPECT_THAT(json.out, HasSubstr("\"trade\": \"networks/res/trades/t7\""));
}

TEST_F(BatchTest, AFileWithAWrongLineIsNotSent) {
  const CliRun run = RunBatch(
      "seller,buyer,units\n"
      "a,b,1\n"
      "a,b,x\n"
      "a,,1\n");
  EXPECT_EQ(run.code, ExitCode::kUsage);
  EXPECT_TRUE(requests_.empty());
  EXPECT_THAT(run.err, HasSubstr(path_ + ":3: units"));
  EXPECT_THAT(run.err, HasSubstr(path_ + ":4: buyer"));
  EXPECT_THAT(run.err, HasSubstr("2 lines are wrong; nothing was sent"));
  EXPECT_EQ(RunBatch("seller,buyer,units\n").code, ExitCode::kUsage);
}

TEST_F(BatchTest, AnAtomicBatchHasOneRequestId) {
  const CliRun run = RunBatch("seller,buyer,units\na,b,1\na,b,2\n",
                              {"--atomic", "--request-id", "2026-03-31"});
  EXPECT_EQ(run.code, ExitCode::kDone) << run.err;
  ASSERT_EQ(requests_.size(), 1u);
  EXPECT_EQ(requests_[0].mode(), v1::BatchCreateTradesRequest::ATOMIC);
  EXPECT_EQ(requests_[0].request_id(), "2026-03-31");
  EXPECT_EQ(requests_[0].requests(0).request_id(), "");
  EXPECT_EQ(
      RunBatch("seller,buyer,units,request_id\na,b,1,r\n", {"--atomic"}).code,
      ExitCode::kUsage);
}

TEST_F(BatchTest, ARefusedAtomicBatchNamesTheLine) {
  answer_ = Refused(grpc::StatusCode::ALREADY_EXISTS, "traded already",
                    "DUPLICATE_INVOICE", {{"item", "1"}});
  const CliRun run =
      RunBatch("seller,buyer,units\na,b,1\n\na,b,2\n", {"--atomic"});
  EXPECT_EQ(run.code, ExitCode::kRefused);
  EXPECT_THAT(run.err, HasSubstr("line 4: no trade of the file was made"));
  answer_ = Refused(grpc::StatusCode::INVALID_ARGUMENT, "is wrong",
                    "FIELD_INVALID", {{"field", "requests[0].trade.buyer"}});
  EXPECT_THAT(
      RunBatch("seller,buyer,units\na,b,1\n\na,b,2\n", {"--atomic"}).err,
      HasSubstr("line 2: no trade"));
}

TEST_F(BatchTest, AnUnknownOutcomeSaysHowToSendTheSameAgain) {
  answer_ = grpc::Status(grpc::StatusCode::UNAVAILABLE, "gone");
  const CliRun run = RunBatch(kThree);
  EXPECT_EQ(run.code, ExitCode::kUnknownOutcome);
  EXPECT_EQ(requests_.size(), 1u);
  EXPECT_THAT(run.err, HasSubstr("trade batch --file " + path_ +
                                 " --request-id id-1 --network res"));
}

TEST_F(BatchTest, ALongFileIsSentInParts) {
  std::string text = "seller,buyer,units\n";
  for (int i = 0; i < 5'000; ++i) absl::StrAppend(&text, "a,b,", i + 1, "\n");
  const CliRun run = RunBatch(text, {"--format", "csv"});
  EXPECT_EQ(run.code, ExitCode::kDone);
  ASSERT_EQ(requests_.size(), 2u);
  EXPECT_EQ(requests_[0].requests_size() + requests_[1].requests_size(), 5'000);
  EXPECT_EQ(requests_[1].requests(0).request_id(), "id-1-4098");
}

TEST_F(BatchTest, AnAnswerForOtherItemsIsAnUnknownOutcome) {
  server_.handlers().batch_create_trades =
      [](const v1::BatchCreateTradesRequest&,
         v1::BatchCreateTradesResponse* response) {
        response->add_results();
        return grpc::Status::OK;
      };
  EXPECT_EQ(RunBatch(kThree).code, ExitCode::kUnknownOutcome);
}

TEST_F(BatchTest, ADryRunAsksForEachLine) {
  int count = 0;
  server_.handlers().create_trade = [&](const v1::CreateTradeRequest& request,
                                        v1::CreateTradeResponse* response) {
    EXPECT_TRUE(request.validate_only());
    *response->mutable_trade() = request.trade();
    if (++count == 2) {
      response->mutable_outcome()->add_refusals()->set_reason(
          v1::DUPLICATE_INVOICE);
    }
    return grpc::Status::OK;
  };
  const CliRun run = RunBatch(kThree, {"--dry-run"});
  EXPECT_EQ(run.code, ExitCode::kRefused);
  EXPECT_EQ(count, 3);
  EXPECT_TRUE(requests_.empty());
  EXPECT_THAT(run.out, HasSubstr("Dry run: nothing was changed."));
}

}  // namespace
}  // namespace skontro::cli
