<?php

return [
    'expiration' => env('SANCTUM_MINUTES', 1440),
];
