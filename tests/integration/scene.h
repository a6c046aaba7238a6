// A Scene is a folder with a home, a server on its data directory, and a shell
// in which `skontro` is on the PATH and talks to that server: what a person has
// who follows the documentation.
//
//   docs/             the documentation of this tree, as a link
//   build/demo-data/  the data directory of the server
//
// Thread safety: none; one thread owns a Scene.

#ifndef SKONTRO_TESTS_INTEGRATION_SCENE_H_
#define SKONTRO_TESTS_INTEGRATION_SCENE_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "google/protobuf/struct.pb.h"
#include "tests/integration/process.h"
#include "tests/integration/server_process.h"
#include "tests/integration/temp_directory.h"

namespace skontro::integration {

class Scene {
 public:
  Scene();

  // Starts the server with these flags more; at the second time on the port of
  // the first.
  absl::Status StartServer(std::vector<std::string> flags = {});
  ServerProcess& server() { return *server_; }
  // Ends it: with SIGTERM, and returns its exit code; or with kill -9.
  int StopServer();
  void KillServer();

  // Runs a line of a shell, as `sh -c` does.
  Finished Shell(const std::string& line) const;
  // Runs skontro with these arguments.
  Finished Skontro(const std::vector<std::string>& arguments) const;

  std::string data_dir() const { return folder_ / "build/demo-data"; }
  std::string operator/(const std::string& name) const {
    return folder_ / name;
  }
  TempDirectory& folder() { return folder_; }

 private:
  Process::Options InScene(std::vector<std::string> arguments) const;
  // Adds to the errors what became of the server, where it was not found.
  Finished RunInScene(std::vector<std::string> arguments) const;

  TempDirectory folder_;
  int port_ = 0;
  std::unique_ptr<ServerProcess> server_;
};

// The whole file; empty where it cannot be read.
std::string ReadText(const std::string& path);

// The lines of the first fenced block after the line `<!-- mark -->`, none
// where there is no such block. A line that ends with a backslash goes on.
std::vector<std::string> MarkedBlock(const std::string& markdown,
                                     const std::string& mark);

// The JSON object that `text` is; an empty one where it is none.
google::protobuf::Struct ParseJson(const std::string& text);

// The published file at `path` below the shared data, which may not be there;
// the environment variable SKONTRO_SHARED_DATA goes first.
std::string SharedData(const std::string& path);

}  // namespace skontro::integration

#endif  // SKONTRO_TESTS_INTEGRATION_SCENE_H_
