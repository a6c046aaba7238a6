// skontro reconcile, against a server that exports the golden year.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "cli/export_call.h"
#include "fiscal/stated_balance.h"
#include "tests/cli/fake_server.h"
#include "tests/fiscal/golden_year.h"
#include "tests/fiscal/judge.h"

namespace skontro::cli {
namespace {

using fiscal::HasTool;
using fiscal::ListSource;
using testing::HasSubstr;
using testing::Not;
using v1::ExportRequest;

fiscal::ExportFormat ReadingOf(ExportRequest::Format format) {
  for (const ExportKind& kind : ExportKinds()) {
    if (kind.format == format) return kind.reading;
  }
  ADD_FAILURE() << "no kind has the format " << format;
  return fiscal::ExportFormat::kFec;
}

class ReconcileTest : public testing::Test {
 protected:
  ReconcileTest() {
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
      response->set_sequence(900);
      return grpc::Status::OK;
    };
    handlers.get_statement = [this](const v1::GetStatementRequest& request,
                                    v1::GetStatementResponse* response) {
      FillStatement(request, response);
      return grpc::Status::OK;
    };
    handlers.get_account = [this](const v1::GetAccountRequest& request,
                                  v1::GetAccountResponse* response) {
      EXPECT_EQ(request.as_of_sequence(), 105);
      response->mutable_account()->mutable_balance()->set_minor_units(
          account_balance_);
      return grpc::Status::OK;
    };
    handlers.export_books = [this](const ExportRequest& request,
                                   grpc::ServerWriter<v1::ExportChunk>* out) {
      EXPECT_EQ(request.as_of_sequence(), 900);
      const auto refused = refused_.find(request.format());
      if (refused != refused_.end()) return refused->second;
      Send(request, out);
      return grpc::Status::OK;
    };
  }

  void FillStatement(const v1::GetStatementRequest& request,
                     v1::GetStatementResponse* response) {
    EXPECT_EQ(request.name(), "networks/res/members/atelier/accounts/main");
    ListSource source = fiscal::GoldenYear("atelier");
    response->mutable_opening_balance()->set_minor_units(
        source.Opening().units);
    response->mutable_closing_balance()->set_minor_units(
        source.Closing().units);
    response->set_sequence(900);
    // A page for each line.
    const size_t page =
        request.page_token().empty() ? 0 : std::stoul(request.page_token());
    const fiscal::MemberTrade& trade = source.trades.at(page);
    v1::StatementLine& line = *response->add_lines();
    line.set_sequence(trade.sequence);
    const bool comes = (trade.role == fiscal::MemberTrade::Role::kSeller) ==
                       (trade.kind == fiscal::MemberTrade::Kind::kSettled);
    line.mutable_amount()->set_minor_units(comes ? trade.units : -trade.units);
    if (page + 1 < source.trades.size()) {
      response->set_next_page_token(absl::StrCat(page + 1));
    }
  }

  void Send(const ExportRequest& request,
            grpc::ServerWriter<v1::ExportChunk>* out) {
    ListSource source = fiscal::GoldenYear("atelier");
    if (change_.contains(request.format())) change_[request.format()](&source);
    fiscal::KeptFiles kept;
    const absl::Status status =
        fiscal::WriteExport(ReadingOf(request.format()), source,
                            fiscal::ChartOfAccounts::Default("XBU"), kept);
    EXPECT_TRUE(status.ok()) << status;
    if (spoil_ == request.format()) kept.files[0].second[200] ^= 1;
    for (const auto& [name, content] : kept.files) {
      v1::ExportChunk chunk;
      chunk.set_file_name(name);
      out->Write(chunk);
      for (size_t at = 0; at < content.size(); at += 1'000) {
        chunk.set_content(content.substr(at, 1'000));
        out->Write(chunk);
      }
    }
  }

  CliRun Run(const std::vector<std::string>& options = {}) {
    std::vector<std::string> arguments = {"reconcile", "atelier", "--year",
                                          "2024"};
    arguments.insert(arguments.end(), options.begin(), options.end());
    return server_.Run(arguments);
  }

  FakeServer server_;
  int64_t account_balance_ = 63'234;
  std::map<ExportRequest::Format, std::function<void(ListSource*)>> change_;
  std::map<ExportRequest::Format, grpc::Status> refused_;
  ExportRequest::Format spoil_ = ExportRequest::FORMAT_UNSPECIFIED;
};

TEST_F(ReconcileTest, EverySourceOfTheGoldenYearAgrees) {
  const CliRun run = Run();
  EXPECT_EQ(run.code, ExitCode::kDone) << run.out << run.err;
  EXPECT_THAT(run.out, HasSubstr("atelier, 2024-01-01 to 2024-12-31, journal "
                                 "at sequence 900"));
  for (const ExportKind& kind : ExportKinds()) {
    EXPECT_THAT(run.out, HasSubstr(absl::StrCat("export: ", kind.verb)));
  }
  EXPECT_THAT(run.out, HasSubstr("All 13 agree."));
  EXPECT_THAT(run.out, Not(HasSubstr("DIFFERS")));
}

TEST_F(ReconcileTest, OneExportThatDiffersEndsWithFive) {
  for (const ExportKind& kind : ExportKinds()) {
    if (!fiscal::StatesBalance(kind.reading)) continue;
    change_.clear();
    // Its last trade, 12.34 units, is missing.
    change_[kind.format] = [](ListSource* source) {
      source->trades.pop_back();
    };
    const CliRun run = Run();
    EXPECT_EQ(run.code, ExitCode::kBroken) << kind.verb;
    EXPECT_THAT(run.out, HasSubstr("DIFFERS")) << kind.verb;
    EXPECT_THAT(run.out, HasSubstr("by -12.34 XBU")) << kind.verb;
    EXPECT_THAT(run.out, HasSubstr("1 of 13 do not agree.")) << kind.verb;
  }
}

TEST_F(ReconcileTest, APdfIsReadByPdftotextOrNotAtAll) {
  EXPECT_THAT(Run().out, HasSubstr("--with-tools asks pdftotext"));
  SKONTRO_SKIP_WITHOUT_TOOL("pdftotext");
  // Names that read like a balance are none.
  change_[ExportRequest::STATEMENT_PDF] = [](ListSource* source) {
    source->member.legal_name = "Closing balance 1.00 XBU = 1.00 EUR";
    source->member.vat_id = "Closing balance 2.00 XBU = 2.00 EUR";
    source->trades[0].counterparty.legal_name = source->member.legal_name;
  };
  EXPECT_THAT(Run({"--with-tools", "--format", "csv"}).out,
              HasSubstr("900,pdftotext on pdf,632.34,632.34,agrees"));
  // A file that is not its manifest's is not read.
  spoil_ = ExportRequest::STATEMENT_PDF;
  EXPECT_EQ(Run({"--with-tools"}).code, ExitCode::kBroken);
}

TEST_F(ReconcileTest, AFileThatIsNotItsManifestsIsBroken) {
  spoil_ = ExportRequest::CAMT_053;
  const CliRun run = Run();
  EXPECT_EQ(run.code, ExitCode::kBroken);
  EXPECT_THAT(run.out, HasSubstr("BROKEN"));
  EXPECT_THAT(run.out, HasSubstr("not the one that its manifest describes"));
}

TEST_F(ReconcileTest, ALedgerThatContradictsItselfDiffers) {
  account_balance_ = 63'233;
  const CliRun run = Run();
  EXPECT_EQ(run.code, ExitCode::kBroken);
  EXPECT_THAT(run.out, HasSubstr("by -0.01 XBU"));
}

TEST_F(ReconcileTest, AFormatThatIsNotForTheMemberIsNotAsked) {
  refused_[ExportRequest::FEC] = Refused(grpc::StatusCode::FAILED_PRECONDITION,
                                         "no SIREN", "INCOMPLETE_PROFILE", {});
  refused_[ExportRequest::MT940] =
      Refused(grpc::StatusCode::INVALID_ARGUMENT, "no room", "FIELD_INVALID",
              {{"field", "format"}});
  const CliRun run = Run();
  EXPECT_EQ(run.code, ExitCode::kDone) << run.out << run.err;
  EXPECT_THAT(run.out, HasSubstr("not asked"));
  EXPECT_THAT(run.out, HasSubstr("no SIREN"));
  EXPECT_THAT(run.out, HasSubstr("All 11 agree."));
}

TEST_F(ReconcileTest, WhatIsRefusedOrUnreachableEndsItWithoutATable) {
  refused_[ExportRequest::OFX] = Refused(grpc::StatusCode::PERMISSION_DENIED,
                                         "not you", "ROLE_MISSING", {});
  CliRun run = Run();
  EXPECT_EQ(run.code, ExitCode::kRefused);
  EXPECT_EQ(run.out, "");
  refused_[ExportRequest::OFX] = {grpc::StatusCode::UNAVAILABLE, "gone"};
  run = Run();
  EXPECT_EQ(run.code, ExitCode::kUnreachable);
  EXPECT_EQ(run.out, "");
  // Books that do not hold are an answer.
  refused_[ExportRequest::OFX] = {grpc::StatusCode::DATA_LOSS, "broken"};
  run = Run();
  EXPECT_EQ(run.code, ExitCode::kBroken);
  EXPECT_THAT(run.out, HasSubstr("BROKEN"));
}

TEST_F(ReconcileTest, AProgramReadsTheTableAsCsvAndJson) {
  change_[ExportRequest::OFX] = [](ListSource* source) {
    source->trades.pop_back();
  };
  EXPECT_THAT(Run({"--format", "csv"}).out,
              HasSubstr("atelier,2024-01-01,2024-12-31,900,export: ofx,620.00,"
                        "632.34,DIFFERS,"));
  const std::string json = Run({"--format", "json"}).out;
  EXPECT_THAT(json, HasSubstr("\"agrees\": false"));
  EXPECT_THAT(json, HasSubstr("\"units\": \"620.00\""));
}

TEST_F(ReconcileTest, APeriodIsAYearOrTwoDays) {
  for (const std::vector<std::string>& options :
       {std::vector<std::string>{"reconcile", "atelier"},
        {"reconcile", "atelier", "--from", "2024-01-01"},
        {"reconcile", "atelier", "--year", "2024", "--from", "2024-01-01",
         "--to", "2024-02-01"},
        {"reconcile", "atelier", "--from", "2024-02-01", "--to", "2024-01-01"},
        {"reconcile", "atelier", "--from", "2024-02-30", "--to", "2024-03-01"},
        {"reconcile", "atelier", "--year", "2024", "--fiscal-year-start",
         "2024-01-01"},
        {"reconcile", "../x", "--year", "2024"}}) {
    EXPECT_EQ(server_.Run(options).code, ExitCode::kUsage) << options.size();
  }
}

TEST_F(ReconcileTest, ProgramsOfOthersAgree) {
  for (const char* tool : {"bean-query", "hledger", "ledger", "aqbanking-cli",
                           "ofxdump", "pdftotext"}) {
    SKONTRO_SKIP_WITHOUT_TOOL(tool);
  }
  CliRun run = Run({"--with-tools"});
  EXPECT_EQ(run.code, ExitCode::kDone) << run.out << run.err;
  EXPECT_THAT(run.out, HasSubstr("All 19 agree."));
  // And see what is missing.
  for (const auto format :
       {ExportRequest::BEANCOUNT, ExportRequest::LEDGER, ExportRequest::MT940,
        ExportRequest::OFX, ExportRequest::CODA,
        ExportRequest::STATEMENT_PDF}) {
    change_[format] = [](ListSource* source) { source->trades.pop_back(); };
  }
  run = Run({"--with-tools"});
  EXPECT_EQ(run.code, ExitCode::kBroken);
  EXPECT_THAT(run.out, HasSubstr("11 of 19 do not agree."));
}

TEST_F(ReconcileTest, ProgramsThatAreNotInstalledAreNotAsked) {
  const std::string path = getenv("PATH");
  setenv("PATH", "/nonexistent", 1);
  const CliRun run = Run({"--with-tools"});
  setenv("PATH", path.c_str(), 1);
  EXPECT_EQ(run.code, ExitCode::kDone) << run.out << run.err;
  EXPECT_THAT(run.out, HasSubstr("not installed"));
  EXPECT_THAT(run.out, HasSubstr("All 13 agree."));
}

}  // namespace
}  // namespace skontro::cli
