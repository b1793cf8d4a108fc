# What bench/deploy compares with; the same work as deploy and the plain script. Everything that differs comes from the environment.
require 'mina/git'
set :domain, ENV.fetch('PEER_HOST')
set :ssh_options, "-F #{ENV.fetch('SSH_CONFIG')}"
set :deploy_to, ENV.fetch('PEER_DIR')
set :repository, ENV.fetch('PEER_REPO')
set :branch, 'main'
set :shared_paths, ['.env', 'storage']
set :keep_releases, 3
set :term_mode, nil
task :deploy do
  deploy do
    invoke :'git:clone'
    queue %[rm -rf storage]
    invoke :'deploy:link_shared_paths'
    %w[config:cache route:cache view:cache event:cache].each { |command| queue "php artisan #{command}" }
    queue 'php artisan migrate --force'
    invoke :'deploy:cleanup'
    to :launch do
      queue 'php artisan queue:restart'
    end
  end
end
task :rollback do
  queue %[cd #{deploy_to}/releases && live=$(basename $(readlink ../current)) && before=$(ls | sort -n | grep -B1 "^$live$" | head -n 1) && ln -nfs releases/$before ../current && php ../current/artisan queue:restart]
end
