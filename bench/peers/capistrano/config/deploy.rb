# What bench/deploy compares with; the same work as deploy and the plain script. Everything that differs comes from the environment.
set :application, "sample"
set :repo_url, ENV.fetch("PEER_REPO")
set :branch, "main"
set :deploy_to, ENV.fetch("PEER_DIR")
set :linked_files, [".env"]
set :linked_dirs, ["storage"]
set :keep_releases, 3
set :format, :simpletext
set :log_level, :info
set :ssh_options, {
  keys: [ENV.fetch("PEER_KEY")], keys_only: true, auth_methods: ["publickey"], user_known_hosts_file: ENV.fetch("PEER_KNOWN_HOSTS"),
}
namespace :app do
  task :build do
    on roles(:app) do
      within release_path do
        %w[config:cache route:cache view:cache event:cache].each { |command| execute :php, "artisan", command }
        execute :php, "artisan", "migrate", "--force"
      end
    end
  end
  task :workers do
    on roles(:app) do
      within(current_path) { execute :php, "artisan", "queue:restart" }
    end
  end
end
after "deploy:updated", "app:build"
after "deploy:published", "app:workers"
