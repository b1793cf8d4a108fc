<?php
// Boots and does nothing: an error during the boot is named here, where artisan often shows only that its own error
// handling could not start ('Class "config" does not exist').
OpsHost::main('smoke', function (): void {
    OpsHost::boot(['about']);
});
