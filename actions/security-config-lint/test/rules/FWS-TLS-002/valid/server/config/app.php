<?php

return [
    'url' => env('APP_URL', 'http://localhost'),
];
