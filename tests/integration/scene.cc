#include "tests/integration/scene.h"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "google/protobuf/util/json_util.h"
#include "ledger/base/check.h"
#include "ledger/base/status.h"

namespace skontro::integration {
namespace {

// Of skontro: it found no server, which nobody in a scene expects.
constexpr int kUnreachable = 3;

}  // namespace

Scene::Scene() {
  std::filesystem::create_directories(folder_ / "home");
  std::filesystem::create_directories(folder_ / "build");
  std::filesystem::create_directory_symlink(SKONTRO_SOURCE_DIR "/docs",
                                            folder_ / "docs");
}

absl::Status Scene::StartServer(std::vector<std::string> flags) {
  ServerProcess::Options options;
  options.program = ProgramPath("skontrod");
  options.data_dir = data_dir();
  options.port = port_;
  options.flags = std::move(flags);
  SKONTRO_ASSIGN_OR_RETURN(server_, ServerProcess::Start(options));
  port_ = server_->port();
  return absl::OkStatus();
}

int Scene::StopServer() {
  server_->Terminate();
  return server_->Wait().value_or(-1);
}

void Scene::KillServer() {
  server_->Kill();
  server_->Wait();
}

Process::Options Scene::InScene(std::vector<std::string> arguments) const {
  const std::string folder =
      std::filesystem::path(ProgramPath("skontro")).parent_path().string();
  const char* const path = std::getenv("PATH");
  return {std::move(arguments),
          {{"PATH", absl::StrCat(folder, ":", path != nullptr ? path : "")},
           {"HOME", folder_ / "home"},
           {"XDG_CONFIG_HOME", folder_ / "home/.config"},
           {"SKONTRO_NETWORK", ""},
           {"SKONTRO_ENDPOINT", absl::StrCat("127.0.0.1:", port_)},
           {"LC_ALL", "C.UTF-8"}},
          folder_.path()};
}

Finished Scene::Shell(const std::string& line) const {
  return RunInScene({"sh", "-c", line});
}

Finished Scene::Skontro(const std::vector<std::string>& arguments) const {
  std::vector<std::string> all = {ProgramPath("skontro")};
  all.insert(all.end(), arguments.begin(), arguments.end());
  return RunInScene(std::move(all));
}

Finished Scene::RunInScene(std::vector<std::string> arguments) const {
  Finished done = Run(InScene(std::move(arguments)));
  if (done.exit_code == kUnreachable && server_ != nullptr) {
    const std::optional<int> ended = server_->Wait(absl::ZeroDuration());
    absl::StrAppend(
        &done.err, "The server at ", server_->endpoint(),
        ended.has_value() ? absl::StrCat(" ended with ", *ended) : " runs",
        ". Its log:\n", server_->log());
  }
  return done;
}

std::string ReadText(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

std::vector<std::string> MarkedBlock(const std::string& markdown,
                                     const std::string& mark) {
  const size_t at = markdown.find(absl::StrCat("<!-- ", mark, " -->\n```"));
  if (at == std::string::npos) return {};
  const size_t begin = markdown.find('\n', markdown.find("```", at)) + 1;
  const size_t end = markdown.find("\n```", begin);
  std::vector<std::string> commands;
  std::string command;
  for (const absl::string_view line :
       absl::StrSplit(markdown.substr(begin, end - begin), '\n')) {
    absl::StrAppend(&command, line, "\n");
    if (line.empty() || line.back() == '\\') continue;
    commands.push_back(command);
    command.clear();
  }
  return commands;
}

google::protobuf::Struct ParseJson(const std::string& text) {
  google::protobuf::Struct object;
  if (!google::protobuf::util::JsonStringToMessage(text, &object).ok()) {
    object.Clear();
  }
  return object;
}

std::string SharedData(const std::string& path) {
  const char* const folder = std::getenv("SKONTRO_SHARED_DATA");
  return absl::StrCat(folder != nullptr ? folder : SKONTRO_SHARED_DATA, "/",
                      path);
}

}  // namespace skontro::integration
