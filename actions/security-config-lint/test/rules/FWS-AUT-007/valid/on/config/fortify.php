<?php

use Laravel\Fortify\Features;

return [
    'features' => [
        Features::registration(),
        Features::twoFactorAuthentication(['confirm' => true]),
    ],
];
