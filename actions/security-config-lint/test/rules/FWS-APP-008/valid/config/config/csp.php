<?php

return [
    'enabled' => env('CSP_ENABLED', false),
];
