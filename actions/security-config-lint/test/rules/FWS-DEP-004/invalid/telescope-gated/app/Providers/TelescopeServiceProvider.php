<?php

namespace App\Providers;

use Illuminate\Support\Facades\Gate;

class TelescopeServiceProvider
{
    public function gate(): void
    {
        Gate::define('viewTelescope', fn ($user) => $user->is_admin);
    }
}
