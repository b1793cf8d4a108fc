<?php

return [
    'domain' => env('SESSION_DOMAIN'),
];
