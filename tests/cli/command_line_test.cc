#include "cli/command_line.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "cli/config_file.h"
#include "tests/cli/fake_server.h"

namespace skontro::cli {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

// Every verb there is.
const std::vector<std::vector<std::string>>& AllVerbs() {
  static const auto* const kVerbs = new std::vector<std::vector<std::string>>{
      {"network", "create"},   {"network", "get"},
      {"network", "list"},     {"member", "create"},
      {"member", "get"},       {"member", "list"},
      {"credit", "set"},       {"credit", "get"},
      {"credit", "history"},   {"account", "get"},
      {"statement"},           {"trade", "request"},
      {"trade", "pay"},        {"trade", "submit"},
      {"trade", "batch"},      {"trade", "accept"},
      {"trade", "decline"},    {"trade", "reverse"},
      {"trade", "get"},        {"trade", "list"},
      {"clearing", "bench"},   {"clearing", "explain"},
      {"clearing", "picture"}, {"export", "fec"},
      {"export", "journal"},   {"verify"},
      {"config", "get"},       {"config", "set"},
      {"config", "list"},      {"completion", "bash"},
      {"completion", "zsh"},   {"completion", "fish"}};
  return *kVerbs;
}

TEST(CommandLineTest, TheHelpListsEveryExitCode) {
  const CliRun run = RunCli({"--help"}, {});
  EXPECT_EQ(run.code, ExitCode::kDone);
  EXPECT_EQ(run.err, "");
  for (const char* line :
       {"  0  done", "  1  refused", "  2  the command line", "  3  the server",
        "  4  a change", "  5  the books", "  6  a file", "  7  a verifi"}) {
    EXPECT_THAT(run.out, HasSubstr(line));
  }
  EXPECT_THAT(run.out, HasSubstr("SKONTRO_ENDPOINT"));
}

TEST(CommandLineTest, EveryVerbHasHelpWithExamples) {
  for (std::vector<std::string> words : AllVerbs()) {
    SCOPED_TRACE(words.back());
    words.emplace_back("--help");
    const CliRun run = RunCli(words, {});
    EXPECT_EQ(run.code, ExitCode::kDone);
    EXPECT_THAT(run.out, HasSubstr("Examples:\n  skontro "));
  }
}

TEST(CommandLineTest, TheVersionIsPrinted) {
  EXPECT_THAT(RunCli({"--version"}, {}).out, StartsWith("skontro "));
  EXPECT_EQ(RunCli({"version"}, {}).out, RunCli({"--version"}, {}).out);
}

TEST(CommandLineTest, WhatDoesNotParseSaysWhereToRead) {
  struct Case {
    std::vector<std::string> arguments;
    const char* message;
    const char* next;
  };
  for (const Case& c : std::vector<Case>{
           {{}, "subcommand", "Next: skontro --help"},
           {{"trade"}, "subcommand", "Next: skontro trade --help"},
           {{"trade", "steal"}, "", "Next: skontro trade --help"},
           {{"trade", "accept"}, "TRADE", "Next: skontro trade accept --help"},
           {{"trade", "list", "--color", "red"},
            "--color",
            "Next: skontro trade list --help"},
           {{"trade", "list", "--format", "xml"},
            "--format",
            "Next: skontro trade list --help"},
           {{"export", "fec", "a", "--out", "x", "--year", "26"},
            "--year",
            "Next: skontro export fec --help"}}) {
    const CliRun run = RunCli(c.arguments, {});
    EXPECT_EQ(run.code, ExitCode::kUsage);
    EXPECT_EQ(run.out, "");
    EXPECT_THAT(run.err, HasSubstr(c.message));
    EXPECT_THAT(run.err, HasSubstr(c.next));
  }
}

TEST(CommandLineTest, ArgumentsThatAreNotTextNeverReachTheServer) {
  for (const char* name : {"Li\xe8ge", "a\nb", "\x1b[31m"}) {
    for (const std::vector<std::string>& arguments :
         std::vector<std::vector<std::string>>{
             {"member", "create", "a", "--name", name, "--country", "FR"},
             {"member", "create", "a", std::string("--name=") + name},
             {name}}) {
      const CliRun run = RunCli(arguments, {});
      EXPECT_EQ(run.code, ExitCode::kUsage);
      EXPECT_EQ(run.err.find('\x1b'), std::string::npos);
      EXPECT_EQ(run.err.find('\xe8'), std::string::npos);
    }
  }
  EXPECT_THAT(RunCli({"member", "create", "a", "--name", "Li\xe8ge"}, {}).err,
              StartsWith("skontro: --name: 'Li?ge' is not UTF-8 at byte 3"));
}

TEST(CommandLineTest, AServerThatIsNotThereIsSaidWithTheNextStep) {
  FakeServer server;
  const std::string endpoint = server.endpoint();
  server.Stop();
  const CliRun run = RunCli(
      {"trade", "accept", "f1", "--network", "res", "--endpoint", endpoint},
      {{"SKONTRO_CONFIG", "/nonexistent/config"}});
  EXPECT_EQ(run.code, ExitCode::kUnreachable);
  EXPECT_THAT(run.err, HasSubstr(endpoint));
  EXPECT_THAT(run.err, HasSubstr("nothing was sent"));
  EXPECT_THAT(run.err, HasSubstr("is skontrod running?"));
}

TEST(CommandLineTest, ABadEndpointOrTimeoutIsAUsageError) {
  for (const std::vector<std::string>& options :
       std::vector<std::vector<std::string>>{
           {"--endpoint", "http://127.0.0.1:7411"},
           {"--endpoint", "7411"},
           {"--timeout", "soon"}}) {
    std::vector<std::string> arguments = {"network", "list"};
    arguments.insert(arguments.end(), options.begin(), options.end());
    const CliRun run =
        RunCli(arguments, {{"SKONTRO_CONFIG", "/nonexistent/config"}});
    EXPECT_EQ(run.code, ExitCode::kUsage);
    EXPECT_THAT(run.err, HasSubstr(options[1]));
  }
}

TEST(CommandLineTest, ANetworkThatNobodyChoseIsAskedFor) {
  const CliRun run = RunCli({"trade", "accept", "f1"},
                            {{"SKONTRO_CONFIG", "/nonexistent/config"}});
  EXPECT_EQ(run.code, ExitCode::kUsage);
  EXPECT_THAT(run.err, HasSubstr("skontro config set network NAME"));
}

TEST(CommandLineTest, OptionGoesBeforeEnvironmentBeforeConfiguration) {
  const std::string config = testing::TempDir() + "/skontro_precedence";
  std::filesystem::remove(config);
  FakeServer server;
  std::map<std::string, std::string> variables = {{"SKONTRO_CONFIG", config}};
  ASSERT_EQ(RunCli({"config", "set", "network", "config"}, variables).code,
            ExitCode::kDone);
  ASSERT_EQ(
      RunCli({"config", "set", "endpoint", server.endpoint()}, variables).code,
      ExitCode::kDone);
  EXPECT_EQ(RunCli({"config", "get", "network"}, variables).out, "config\n");
  EXPECT_THAT(RunCli({"config", "list"}, variables).out,
              HasSubstr("network = config\n"));

  std::vector<std::string> asked;
  server.handlers().get_network = [&](const v1::GetNetworkRequest& request,
                                      v1::GetNetworkResponse*) {
    asked.push_back(request.name());
    return grpc::Status(grpc::StatusCode::NOT_FOUND, "no");
  };
  RunCli({"network", "get"}, variables);
  variables["SKONTRO_NETWORK"] = "variable";
  RunCli({"network", "get"}, variables);
  RunCli({"network", "get", "--network", "option"}, variables);
  RunCli({"--network", "before", "network", "get"}, variables);
  EXPECT_THAT(asked,
              testing::ElementsAre("networks/config", "networks/variable",
                                   "networks/option", "networks/before"));
  std::filesystem::remove(config);
}

TEST(CommandLineTest, AProfileThatIsNamedGoesBeforeTheEnvironment) {
  const std::string folder = testing::TempDir() + "/skontro_named_profile";
  std::filesystem::remove_all(folder);
  FakeServer server;
  std::map<std::string, std::string> variables = {
      {"SKONTRO_CONFIG", folder + "/config"}};
  const auto set = [&](const char* profile, const char* key,
                       const std::string& value) {
    ASSERT_EQ(
        RunCli({"config", "set", "--profile", profile, key, value}, variables)
            .code,
        ExitCode::kDone);
  };
  set("prod", "endpoint", server.endpoint());
  set("prod", "network", "profile");
  set("bare", "endpoint", server.endpoint());

  std::vector<std::string> asked;
  server.handlers().get_network = [&](const v1::GetNetworkRequest& request,
                                      v1::GetNetworkResponse*) {
    asked.push_back(request.name());
    return grpc::Status(grpc::StatusCode::NOT_FOUND, "no");
  };
  variables["SKONTRO_ENDPOINT"] = "127.0.0.1:1";
  variables["SKONTRO_NETWORK"] = "variable";
  RunCli({"network", "get", "--profile", "prod"}, variables);
  RunCli({"network", "get", "--profile", "prod", "--network", "option"},
         variables);
  // What it does not say is of the environment.
  RunCli({"network", "get", "--profile", "bare"}, variables);
  // One of the environment is as any configuration.
  variables["SKONTRO_ENDPOINT"] = server.endpoint();
  variables["SKONTRO_PROFILE"] = "prod";
  RunCli({"network", "get"}, variables);
  EXPECT_THAT(asked,
              testing::ElementsAre("networks/profile", "networks/option",
                                   "networks/variable", "networks/variable"));
  std::filesystem::remove_all(folder);
}

TEST(CommandLineTest, TheHelpOfTheConfigurationNamesEveryKey) {
  for (const char* verb : {"get", "set"}) {
    const CliRun run = RunCli({"config", verb, "--help"}, {});
    for (const std::string& key : ConfigFile::Keys()) {
      EXPECT_THAT(run.out, HasSubstr(key)) << verb;
    }
  }
}

TEST(CommandLineTest, AnEmptyArgumentIsAVariableThatIsNotSet) {
  for (const std::vector<std::string>& arguments :
       std::vector<std::vector<std::string>>{
           {"trade", "accept", ""},
           {"trade", "accept", "t", "--request-id", ""},
           {"trade", "accept", "t", "--request-id="}}) {
    const CliRun run = RunCli(arguments, {});
    EXPECT_EQ(run.code, ExitCode::kUsage);
    EXPECT_THAT(run.err, HasSubstr("is empty; leave it out"));
  }
}

TEST(CommandLineTest, OnlyADataDirectoryIsVerifiedOffline) {
  const std::string folder = testing::TempDir() + "/skontro_no_data";
  std::filesystem::create_directories(folder);
  for (const std::string& path : {folder, folder + "/none"}) {
    const CliRun run = RunCli({"verify", path}, {});
    EXPECT_EQ(run.code, ExitCode::kUsage);
    EXPECT_EQ(run.out, "");
    EXPECT_THAT(run.err, HasSubstr(path));
  }
  std::filesystem::remove_all(folder);
}

TEST(CommandLineTest, AWrongConfigurationIsNamedByItsLine) {
  const std::string config = testing::TempDir() + "/skontro_wrong";
  std::filesystem::remove(config);
  EXPECT_EQ(RunCli({"config", "set", "network", "Not An Id"},
                   {{"SKONTRO_CONFIG", config}})
                .code,
            ExitCode::kUsage);
  EXPECT_EQ(
      RunCli({"config", "get", "network"}, {{"SKONTRO_CONFIG", config}}).code,
      ExitCode::kUsage);
  EXPECT_EQ(
      RunCli({"config", "get", "colour"}, {{"SKONTRO_CONFIG", config}}).code,
      ExitCode::kUsage);
}

}  // namespace
}  // namespace skontro::cli
